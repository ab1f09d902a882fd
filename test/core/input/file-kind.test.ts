import { expect, it } from 'vitest';
import { kindOf } from '../../../src/core/input/file-kind.ts';

it.each([
  [
    'source',
    [
      'src/a.ts',
      'index.d.ts',
      'lib/testament.rs',
      'pkg/contest.go',
      'Makefile',
      'a.proto',
      'src/latest/b.py',
    ],
  ],
  [
    'tests',
    [
      'test/a.ts',
      'src/a.test.ts',
      'index.test-d.ts',
      'pkg/a_test.go',
      'tests/conftest.py',
      'test_app.py',
      'src/FooTest.java',
      'spec/a_spec.rb',
      'a/__tests__/b.js',
      'pkg/testdata/a.json',
    ],
  ],
  ['docs', ['README.md', 'docs/conf.py', 'CHANGES.rst', 'LICENSE', 'a.mdx']],
  ['other', ['package.json', '.github/workflows/ci.yml', 'a.css', 'unknown', 'Cargo.toml']],
] as const)('%s', (kind, paths) => {
  expect(paths.map((path) => [path, kindOf(path)])).toEqual(paths.map((path) => [path, kind]));
});
