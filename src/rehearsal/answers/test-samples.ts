/** A small test per framework that passes by itself: it brings the function that it tests. */
import { defaultFramework } from '../../core/tasks/languages.ts';

/** `NOTE` stands for comment lines. */
const samples: Record<string, { language: string; code: string }> = {
  jest: {
    language: 'typescript',
    code: `NOTE
const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

describe('total', () => {
  it('adds the numbers up', () => {
    expect(total([3, 1, 2])).toBe(6);
  });

  it('is zero without numbers', () => {
    expect(total([])).toBe(0);
  });
});
`,
  },
  vitest: {
    language: 'typescript',
    code: `NOTE
import { describe, expect, it } from 'vitest';

const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

describe('total', () => {
  it('adds the numbers up', () => {
    expect(total([3, 1, 2])).toBe(6);
  });

  it('is zero without numbers', () => {
    expect(total([])).toBe(0);
  });
});
`,
  },
  mocha: {
    language: 'javascript',
    code: `NOTE
import assert from 'node:assert/strict';

const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

describe('total', () => {
  it('adds the numbers up', () => {
    assert.equal(total([3, 1, 2]), 6);
  });

  it('is zero without numbers', () => {
    assert.equal(total([]), 0);
  });
});
`,
  },
  'node:test': {
    language: 'javascript',
    code: `NOTE
import assert from 'node:assert/strict';
import { test } from 'node:test';

const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

test('total adds the numbers up', () => {
  assert.equal(total([3, 1, 2]), 6);
});

test('total is zero without numbers', () => {
  assert.equal(total([]), 0);
});
`,
  },
  pytest: {
    language: 'python',
    code: `NOTE
import pytest


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [([3, 1, 2], 6), ([], 0), ([-1, 1], 0)],
)
def test_sum_adds_the_numbers_up(numbers: list[int], expected: int) -> None:
    assert sum(numbers) == expected
`,
  },
  unittest: {
    language: 'python',
    code: `NOTE
import unittest


class SumTest(unittest.TestCase):
    def test_adds_the_numbers_up(self) -> None:
        for numbers, expected in [([3, 1, 2], 6), ([], 0)]:
            with self.subTest(numbers=numbers):
                self.assertEqual(sum(numbers), expected)


if __name__ == "__main__":
    unittest.main()
`,
  },
  'go test': {
    language: 'go',
    code: `NOTE
package rehearsal

import "testing"

func total(numbers []int) int {
	sum := 0
	for _, number := range numbers {
		sum += number
	}
	return sum
}

func TestTotal(t *testing.T) {
	cases := map[string]struct {
		numbers []int
		want    int
	}{
		"some numbers": {[]int{3, 1, 2}, 6},
		"no numbers":   {nil, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := total(c.numbers); got != c.want {
				t.Errorf("total(%v) = %d, want %d", c.numbers, got, c.want)
			}
		})
	}
}
`,
  },
  'cargo test': {
    language: 'rust',
    code: `NOTE
#[cfg(test)]
mod tests {
    fn total(numbers: &[i64]) -> i64 {
        numbers.iter().sum()
    }

    #[test]
    fn adds_the_numbers_up() {
        assert_eq!(total(&[3, 1, 2]), 6);
    }

    #[test]
    fn is_zero_without_numbers() {
        assert_eq!(total(&[]), 0);
    }
}
`,
  },
  junit: {
    language: 'java',
    code: `NOTE
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TotalTest {
    private static int total(int... numbers) {
        return IntStream.of(numbers).sum();
    }

    @Test
    void addsTheNumbersUp() {
        assertEquals(6, total(3, 1, 2));
    }

    @Test
    void isZeroWithoutNumbers() {
        assertEquals(0, total());
    }
}
`,
  },
  xunit: {
    language: 'csharp',
    code: `NOTE
using System.Linq;
using Xunit;

public class TotalTests
{
    [Theory]
    [InlineData(new[] { 3, 1, 2 }, 6)]
    [InlineData(new int[0], 0)]
    public void Adds_the_numbers_up(int[] numbers, int expected) => Assert.Equal(expected, numbers.Sum());
}
`,
  },
  rspec: {
    language: 'ruby',
    code: `# frozen_string_literal: true

NOTE
RSpec.describe 'Array#sum' do
  it 'adds the numbers up' do
    expect([3, 1, 2].sum).to eq(6)
  end

  it 'is zero without numbers' do
    expect([].sum).to eq(0)
  end
end
`,
  },
  phpunit: {
    language: 'php',
    code: `<?php

declare(strict_types=1);

NOTE
use PHPUnit\\Framework\\TestCase;

final class TotalTest extends TestCase
{
    public function testAddsTheNumbersUp(): void
    {
        self::assertSame(6, array_sum([3, 1, 2]));
    }

    public function testIsZeroWithoutNumbers(): void
    {
        self::assertSame(0, array_sum([]));
    }
}
`,
  },
  xctest: {
    language: 'swift',
    code: `NOTE
import XCTest

final class TotalTests: XCTestCase {
    func testAddsTheNumbersUp() {
        XCTAssertEqual([3, 1, 2].reduce(0, +), 6)
    }

    func testIsZeroWithoutNumbers() {
        XCTAssertEqual([Int]().reduce(0, +), 0)
    }
}
`,
  },
  'plain assert in a main function': {
    language: 'c',
    code: `NOTE
#include <assert.h>
#include <stddef.h>

static int total(const int *numbers, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += numbers[i];
    }
    return sum;
}

int main(void)
{
    const int numbers[] = {3, 1, 2};
    assert(total(numbers, 3) == 6);
    assert(total(numbers, 0) == 0);
    return 0;
}
`,
  },
  googletest: {
    language: 'cpp',
    code: `NOTE
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

static int total(const std::vector<int>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0);
}

TEST(Total, AddsTheNumbersUp) { EXPECT_EQ(total({3, 1, 2}), 6); }

TEST(Total, IsZeroWithoutNumbers) { EXPECT_EQ(total({}), 0); }
`,
  },
  exunit: {
    language: 'elixir',
    code: `NOTE
defmodule TotalTest do
  use ExUnit.Case, async: true

  test "adds the numbers up" do
    assert Enum.sum([3, 1, 2]) == 6
  end

  test "is zero without numbers" do
    assert Enum.sum([]) == 0
  end
end
`,
  },
  bats: {
    language: 'shell',
    code: `#!/usr/bin/env bats
NOTE

@test "adds the numbers up" {
  run expr 3 + 1 + 2
  [ "$status" -eq 0 ]
  [ "$output" = "6" ]
}
`,
  },
};

export const frameworkNames: readonly string[] = Object.keys(samples);

/** By framework, else by the language's own, else for node:test. */
export function testSample(
  framework: string | undefined,
  language: string | undefined,
): { language: string; code: string } {
  const key = framework?.trim().toLowerCase() ?? defaultFramework(language) ?? 'node:test';
  const sample = Object.hasOwn(samples, key)
    ? samples[key]!
    : (samples[defaultFramework(language) ?? ''] ?? samples['node:test']!);
  // Jest and Vitest take either language.
  const script = language !== 'typescript' && sample.language === 'typescript';
  return script ? { language: 'javascript', code: sample.code.replace(': readonly number[]', '') } : sample;
}
