/** One style rule per language, and the default test framework per language. */

const style: Record<string, string> = {
  typescript: 'TypeScript: strict types, no any, ES modules, const by default.',
  javascript: 'JavaScript: ES modules, const by default, JSDoc types where a signature is not plain.',
  python: 'Python 3: type hints on public functions, pathlib for paths, context managers for resources.',
  rust: 'Rust: no unwrap or panic outside tests, errors through Result and ?, borrow before you clone.',
  go: 'Go: return and wrap errors, accept a context where work can block, gofmt formatting.',
  c: 'C11: check every allocation and bound, free on every path, no undefined behaviour.',
  cpp: 'C++17: RAII, no owning raw pointers, const-correct, standard library first.',
  java: 'Java 17: final fields, try-with-resources, no raw types.',
  kotlin: 'Kotlin: val by default, null safety without !!, data classes for values.',
  csharp: 'C#: nullable reference types on, async all the way, using for disposables.',
  ruby: 'Ruby: frozen string literals, small methods, keyword arguments where there are several.',
  php: 'PHP 8: strict_types, typed properties and returns.',
  swift: 'Swift: let by default, value types first, no force unwrapping.',
  shell: 'Shell: set -euo pipefail in bash, quote every expansion, POSIX tools.',
  sql: 'SQL: parameters instead of concatenation, explicit column lists.',
};

const frameworks: Record<string, string> = {
  typescript: 'jest',
  javascript: 'jest',
  python: 'pytest',
  go: 'go test',
  rust: 'cargo test',
  java: 'junit',
  kotlin: 'junit',
  csharp: 'xunit',
  ruby: 'rspec',
  php: 'phpunit',
  swift: 'xctest',
  c: 'plain assert in a main function',
  cpp: 'googletest',
  elixir: 'exunit',
  shell: 'bats',
};

const frameworkRules: Record<string, string> = {
  jest: 'Jest: describe and it blocks, expect assertions, jest.fn only for injected functions.',
  vitest: 'Vitest: import { describe, expect, it } from "vitest", no globals.',
  mocha: 'Mocha: describe and it blocks with node:assert/strict.',
  'node:test': 'node:test: import { test } from "node:test" with node:assert/strict.',
  pytest: 'pytest: plain functions named test_*, bare assert, parametrize for tables, tmp_path for files.',
  unittest: 'unittest: one TestCase per unit, subTest for tables.',
  'go test': 'Go testing: table-driven tests with t.Run, package testing only.',
  'cargo test': 'Rust: a #[cfg(test)] module with #[test] functions and assert_eq!.',
  junit: 'JUnit 5: @Test methods, @ParameterizedTest for tables, assertThrows for errors.',
  rspec: 'RSpec: describe, context and it with expect.',
};

export function languageStyle(language: string): string | undefined {
  return Object.hasOwn(style, language) ? style[language] : undefined;
}

export function defaultFramework(language: string | undefined): string | undefined {
  return language !== undefined && Object.hasOwn(frameworks, language) ? frameworks[language] : undefined;
}

export function frameworkRule(framework: string): string {
  const key = framework.trim().toLowerCase();
  return (
    (Object.hasOwn(frameworkRules, key) ? frameworkRules[key] : undefined) ?? `Test framework: ${framework}.`
  );
}
