/** A small program per language: whole, runnable, the same everywhere. `NOTE` stands for the comment lines. */
import { comment, commentStyle } from './comments.ts';

const programs: Record<string, string> = {
  javascript: `NOTE
export function summarise(numbers) {
  const total = numbers.reduce((sum, number) => sum + number, 0);
  return { count: numbers.length, total };
}

console.log(summarise([3, 1, 2]));
`,
  typescript: `NOTE
export interface Summary {
  count: number;
  total: number;
}

export function summarise(numbers: readonly number[]): Summary {
  const total = numbers.reduce((sum, number) => sum + number, 0);
  return { count: numbers.length, total };
}

console.log(summarise([3, 1, 2]));
`,
  python: `NOTE
from collections.abc import Sequence


def summarise(numbers: Sequence[int]) -> dict[str, int]:
    return {"count": len(numbers), "total": sum(numbers)}


if __name__ == "__main__":
    print(summarise([3, 1, 2]))
`,
  go: `NOTE
package main

import "fmt"

// Summary is what Summarise finds out about some numbers.
type Summary struct {
	Count int
	Total int
}

// Summarise counts and adds up the numbers.
func Summarise(numbers []int) Summary {
	total := 0
	for _, number := range numbers {
		total += number
	}
	return Summary{Count: len(numbers), Total: total}
}

func main() {
	fmt.Printf("%+v\\n", Summarise([]int{3, 1, 2}))
}
`,
  rust: `NOTE
#[derive(Debug, PartialEq)]
pub struct Summary {
    pub count: usize,
    pub total: i64,
}

pub fn summarise(numbers: &[i64]) -> Summary {
    Summary {
        count: numbers.len(),
        total: numbers.iter().sum(),
    }
}

fn main() {
    println!("{:?}", summarise(&[3, 1, 2]));
}
`,
  c: `NOTE
#include <stddef.h>
#include <stdio.h>

static long total_of(const int *numbers, size_t count)
{
    long total = 0;
    for (size_t i = 0; i < count; i++) {
        total += numbers[i];
    }
    return total;
}

int main(void)
{
    const int numbers[] = {3, 1, 2};
    const size_t count = sizeof numbers / sizeof numbers[0];
    printf("count=%zu total=%ld\\n", count, total_of(numbers, count));
    return 0;
}
`,
  cpp: `NOTE
#include <cstddef>
#include <iostream>
#include <numeric>
#include <vector>

struct Summary {
  std::size_t count;
  long total;
};

Summary summarise(const std::vector<int>& numbers) {
  return {numbers.size(), std::accumulate(numbers.begin(), numbers.end(), 0L)};
}

int main() {
  const Summary summary = summarise({3, 1, 2});
  std::cout << "count=" << summary.count << " total=" << summary.total << '\\n';
}
`,
  java: `NOTE
import java.util.Arrays;

public final class Main {
    record Summary(int count, int total) {}

    static Summary summarise(int... numbers) {
        return new Summary(numbers.length, Arrays.stream(numbers).sum());
    }

    public static void main(String[] arguments) {
        System.out.println(summarise(3, 1, 2));
    }
}
`,
  kotlin: `NOTE
data class Summary(val count: Int, val total: Int)

fun summarise(numbers: List<Int>): Summary = Summary(numbers.size, numbers.sum())

fun main() {
    println(summarise(listOf(3, 1, 2)))
}
`,
  csharp: `NOTE
using System;
using System.Linq;

var numbers = new[] { 3, 1, 2 };
Console.WriteLine(new Summary(numbers.Length, numbers.Sum()));

public sealed record Summary(int Count, int Total);
`,
  ruby: `# frozen_string_literal: true

NOTE
def summarise(numbers)
  { count: numbers.size, total: numbers.sum }
end

puts summarise([3, 1, 2]) if $PROGRAM_NAME == __FILE__
`,
  php: `<?php

declare(strict_types=1);

NOTE
/** @param list<int> $numbers */
function summarise(array $numbers): array
{
    return ['count' => count($numbers), 'total' => array_sum($numbers)];
}

echo json_encode(summarise([3, 1, 2])), PHP_EOL;
`,
  swift: `NOTE
struct Summary: Equatable {
    let count: Int
    let total: Int
}

func summarise(_ numbers: [Int]) -> Summary {
    Summary(count: numbers.count, total: numbers.reduce(0, +))
}

print(summarise([3, 1, 2]))
`,
  shell: `#!/usr/bin/env bash
NOTE
set -euo pipefail

summarise() {
  local total=0 number
  for number in "$@"; do
    total=$((total + number))
  done
  printf 'count=%d total=%d\\n' "$#" "$total"
}

summarise 3 1 2
`,
  sql: `NOTE
WITH numbers (value) AS (
  VALUES (3), (1), (2)
)
SELECT COUNT(value) AS count, SUM(value) AS total
FROM numbers;
`,
  lua: `NOTE
local function summarise(numbers)
  local total = 0
  for _, number in ipairs(numbers) do
    total = total + number
  end
  return #numbers, total
end

print(summarise({ 3, 1, 2 }))
`,
  html: `<!DOCTYPE html>
NOTE
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Rehearsal</title>
  </head>
  <body>
    <p>Three numbers, six in all.</p>
  </body>
</html>
`,
  json: `{
  "rehearsal": "no model was asked",
  "count": 3,
  "total": 6
}
`,
};

/** For a request that names no language and gives no file. */
export const defaultLanguage = 'javascript';

const extensions: Record<string, string> = {
  javascript: 'mjs',
  typescript: 'ts',
  python: 'py',
  rust: 'rs',
  csharp: 'cs',
  ruby: 'rb',
  shell: 'sh',
  kotlin: 'kt',
  markdown: 'md',
};

/**
 * A program with the notes as its comment. A language without a program of its own gets the comment alone, and
 * one whose comments are not known gets the default language.
 */
export function program(
  wanted: string | undefined,
  notes: readonly string[],
): { language: string; extension: string; code: string } {
  const language = supports(wanted) ? wanted : defaultLanguage;
  const style = commentStyle(language);
  const note = style ? notes.map((line) => comment(line, style)).join('\n') : '';
  const template = Object.hasOwn(programs, language) ? programs[language]! : 'NOTE\n';
  // A replacement function, since a string would give `$` a meaning.
  const code = template.replace('NOTE', () => note);
  return { language, extension: extensionOf(language), code };
}

function supports(language: string | undefined): language is string {
  return (
    language !== undefined && (Object.hasOwn(programs, language) || commentStyle(language) !== undefined)
  );
}

function extensionOf(language: string): string {
  return Object.hasOwn(extensions, language) ? extensions[language]! : language.replace(/[^a-z0-9]/g, '');
}
