/** A small program per language: complete, runnable and deterministic. `NOTE` is replaced by the comment. */
import { normaliseLanguage } from '../../core/input/language.ts';
import { commentFor, note } from './comments.ts';

export interface Sample {
  language: string;
  extension: string;
  code: string;
}

const programs: Record<string, readonly [extension: string, code: string]> = {
  javascript: [
    'mjs',
    `NOTE
export function total(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0);
}

console.log(total([3, 1, 2]));
`,
  ],
  typescript: [
    'ts',
    `NOTE
export function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

console.log(total([3, 1, 2]));
`,
  ],
  python: [
    'py',
    `NOTE
def total(numbers: list[int]) -> int:
    return sum(numbers)


if __name__ == "__main__":
    print(total([3, 1, 2]))
`,
  ],
  go: [
    'go',
    `NOTE
package main

import "fmt"

func total(numbers []int) int {
	sum := 0
	for _, number := range numbers {
		sum += number
	}
	return sum
}

func main() {
	fmt.Println(total([]int{3, 1, 2}))
}
`,
  ],
  rust: [
    'rs',
    `NOTE
pub fn total(numbers: &[i64]) -> i64 {
    numbers.iter().sum()
}

fn main() {
    println!("{}", total(&[3, 1, 2]));
}
`,
  ],
  java: [
    'java',
    `NOTE
import java.util.stream.IntStream;

public final class Main {
    static int total(int... numbers) {
        return IntStream.of(numbers).sum();
    }

    public static void main(String[] arguments) {
        System.out.println(total(3, 1, 2));
    }
}
`,
  ],
  c: [
    'c',
    `NOTE
#include <stdio.h>

static long total(const int *numbers, size_t count)
{
    long sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += numbers[i];
    }
    return sum;
}

int main(void)
{
    const int numbers[] = {3, 1, 2};
    printf("%ld\\n", total(numbers, 3));
    return 0;
}
`,
  ],
  cpp: [
    'cpp',
    `NOTE
#include <iostream>
#include <numeric>
#include <vector>

long total(const std::vector<int>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0L);
}

int main() { std::cout << total({3, 1, 2}) << '\\n'; }
`,
  ],
  csharp: [
    'cs',
    `NOTE
using System;
using System.Linq;

Console.WriteLine(new[] { 3, 1, 2 }.Sum());
`,
  ],
  kotlin: ['kt', 'NOTE\nfun main() {\n    println(listOf(3, 1, 2).sum())\n}\n'],
  swift: ['swift', 'NOTE\nprint([3, 1, 2].reduce(0, +))\n'],
  ruby: [
    'rb',
    `# frozen_string_literal: true

NOTE
def total(numbers)
  numbers.sum
end

puts total([3, 1, 2]) if $PROGRAM_NAME == __FILE__
`,
  ],
  php: [
    'php',
    `<?php

declare(strict_types=1);

NOTE
function total(int ...$numbers): int
{
    return array_sum($numbers);
}

echo total(3, 1, 2), PHP_EOL;
`,
  ],
  shell: [
    'sh',
    `#!/usr/bin/env bash
NOTE
set -euo pipefail

total() {
  local sum=0 number
  for number in "$@"; do
    sum=$((sum + number))
  done
  printf '%d\\n' "$sum"
}

total 3 1 2
`,
  ],
  elixir: ['exs', 'NOTE\nIO.puts(3 + 1 + 2)\n'],
  sql: ['sql', 'NOTE\nSELECT 3 + 1 + 2 AS total;\n'],
  json: ['json', `{\n  "rehearsal": "${note}",\n  "total": 6\n}\n`],
};

/** Only the comment for a language not in the table; JavaScript when no language is known. */
export function program(language = 'javascript'): Sample {
  const comment = commentFor(language) ?? note;
  const [extension, code] = Object.hasOwn(programs, language) ? programs[language]! : ['txt', 'NOTE\n'];
  return { language, extension, code: code.replace('NOTE', comment) };
}

/** A language from the table that the instruction mentions: `a parser in Python`. */
export function languageNamed(instruction: string): string | undefined {
  const names = [...instruction.matchAll(/\bin ([A-Za-z][\w+#]*)/g)].map(([, name]) =>
    normaliseLanguage(name!),
  );
  return names.find((name) => Object.hasOwn(programs, name));
}
