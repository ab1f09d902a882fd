/** A small self-contained passing test per framework. `NOTE` is replaced by the comment. */
import { defaultFramework } from '../../core/tasks/languages.ts';
import { commentFor } from './comments.ts';
import { program, type Sample } from './programs.ts';

const expectBlocks = `describe('sort', () => {
  it('puts numbers in order', () => {
    expect([3, 1, 2].sort()).toEqual([1, 2, 3]);
  });

  it('takes an empty list', () => {
    expect([].sort()).toEqual([]);
  });
});
`;

const assertBlocks = `describe('sort', () => {
  it('puts numbers in order', () => {
    assert.deepEqual([3, 1, 2].sort(), [1, 2, 3]);
  });

  it('takes an empty list', () => {
    assert.deepEqual([].sort(), []);
  });
});
`;

/** The JavaScript samples are also valid TypeScript. */
const samples: Record<string, readonly [language: string, code: string]> = {
  jest: ['javascript', `NOTE\n${expectBlocks}`],
  vitest: ['javascript', `NOTE\nimport { describe, expect, it } from 'vitest';\n\n${expectBlocks}`],
  mocha: ['javascript', `NOTE\nimport assert from 'node:assert/strict';\n\n${assertBlocks}`],
  'node:test': [
    'javascript',
    `NOTE\nimport assert from 'node:assert/strict';\nimport { describe, it } from 'node:test';\n\n${assertBlocks}`,
  ],
  pytest: [
    'python',
    `NOTE
import pytest


@pytest.mark.parametrize(("numbers", "expected"), [([3, 1, 2], 6), ([], 0)])
def test_sum_adds_the_numbers_up(numbers: list[int], expected: int) -> None:
    assert sum(numbers) == expected
`,
  ],
  unittest: [
    'python',
    `NOTE
import unittest


class SumTest(unittest.TestCase):
    def test_adds_the_numbers_up(self) -> None:
        for numbers, expected in [([3, 1, 2], 6), ([], 0)]:
            with self.subTest(numbers=numbers):
                self.assertEqual(sum(numbers), expected)


if __name__ == "__main__":
    unittest.main()
`,
  ],
  'go test': [
    'go',
    `NOTE
package rehearsal

import (
	"sort"
	"testing"
)

func TestSort(t *testing.T) {
	numbers := []int{3, 1, 2}
	sort.Ints(numbers)
	for index, want := range []int{1, 2, 3} {
		if numbers[index] != want {
			t.Errorf("number %d is %d, want %d", index, numbers[index], want)
		}
	}
}
`,
  ],
  'cargo test': [
    'rust',
    `NOTE
#[cfg(test)]
mod tests {
    #[test]
    fn adds_the_numbers_up() {
        assert_eq!([3, 1, 2].iter().sum::<i64>(), 6);
    }
}
`,
  ],
  junit: [
    'java',
    `NOTE
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SumTest {
    @Test
    void addsTheNumbersUp() {
        assertEquals(6, IntStream.of(3, 1, 2).sum());
    }
}
`,
  ],
  xunit: [
    'csharp',
    `NOTE
using System.Linq;
using Xunit;

public class SumTests
{
    [Fact]
    public void Adds_the_numbers_up() => Assert.Equal(6, new[] { 3, 1, 2 }.Sum());
}
`,
  ],
  rspec: [
    'ruby',
    `# frozen_string_literal: true

NOTE
RSpec.describe Array do
  it 'adds the numbers up' do
    expect([3, 1, 2].sum).to eq(6)
  end
end
`,
  ],
  phpunit: [
    'php',
    `<?php

declare(strict_types=1);

NOTE
use PHPUnit\\Framework\\TestCase;

final class SumTest extends TestCase
{
    public function testAddsTheNumbersUp(): void
    {
        self::assertSame(6, array_sum([3, 1, 2]));
    }
}
`,
  ],
  xctest: [
    'swift',
    `NOTE
import XCTest

final class SumTests: XCTestCase {
    func testAddsTheNumbersUp() {
        XCTAssertEqual([3, 1, 2].reduce(0, +), 6)
    }
}
`,
  ],
  'plain assert in a main function': [
    'c',
    `NOTE
#include <assert.h>
#include <string.h>

int main(void)
{
    assert(strlen("abc") == 3);
    assert(strlen("") == 0);
    return 0;
}
`,
  ],
  googletest: [
    'cpp',
    `NOTE
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

TEST(Sum, AddsTheNumbersUp) {
  const std::vector<int> numbers = {3, 1, 2};
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), 0), 6);
}
`,
  ],
  exunit: [
    'elixir',
    `NOTE
defmodule SumTest do
  use ExUnit.Case, async: true

  test "adds the numbers up" do
    assert Enum.sum([3, 1, 2]) == 6
  end
end
`,
  ],
  bats: [
    'shell',
    `#!/usr/bin/env bats
NOTE

@test "adds the numbers up" {
  run expr 3 + 1 + 2
  [ "$status" -eq 0 ]
  [ "$output" = "6" ]
}
`,
  ],
};

export const frameworkNames: readonly string[] = Object.keys(samples);

/** For the framework, else the language's default one, else node:test. */
export function testSample(framework: string | undefined, language: string | undefined): Sample {
  const name = [framework?.trim().toLowerCase(), defaultFramework(language)].find(
    (each) => each !== undefined && Object.hasOwn(samples, each),
  );
  const [written, code] = samples[name ?? 'node:test']!;
  const typed = written === 'javascript' && language === 'typescript';
  const sample = program(typed ? 'typescript' : written);
  return { ...sample, code: code.replace('NOTE', commentFor(written)!) };
}
