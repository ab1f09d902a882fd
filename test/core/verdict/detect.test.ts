import { describe, expect, it } from 'vitest';
import { detectFramework } from '../../../src/core/verdict/detect.ts';
import { isManifest } from '../../../src/core/verdict/frameworks.ts';

const json = (value: unknown) => JSON.stringify(value);
const detect = (
  language: string,
  {
    tests = {},
    manifests = {},
    framework,
  }: {
    tests?: Record<string, string>;
    manifests?: Record<string, string>;
    framework?: string;
  },
) => {
  const list = (files: Record<string, string>) =>
    Object.entries(files).map(([path, text]) => ({ path, text }));
  const found = detectFramework({ language, framework, tests: list(tests), manifests: list(manifests) });
  return found && `${found.name} (${found.from})`;
};

describe('the framework', () => {
  it.each([
    [
      'vitest as a dependency',
      'typescript',
      { 'package.json': json({ devDependencies: { vitest: '4' } }) },
      'vitest',
    ],
    ['vitest by its configuration', 'javascript', { 'vitest.config.mts': '' }, 'vitest'],
    [
      'jest as a dependency',
      'javascript',
      { 'package.json': json({ dependencies: { jest: '30' } }) },
      'jest',
    ],
    ['jest by its key', 'javascript', { 'package.json': json({ jest: {} }) }, 'jest'],
    [
      'jest by its preset',
      'typescript',
      { 'package.json': json({ devDependencies: { 'ts-jest': '29' } }) },
      'jest',
    ],
    [
      'node --test in a script',
      'javascript',
      { 'package.json': json({ scripts: { test: 'node --import tsx --test' } }) },
      'node:test',
    ],
    ['mocha by its configuration', 'javascript', { '.mocharc.yml': '' }, 'mocha'],
    ['ava', 'javascript', { 'package.json': json({ scripts: { test: 'xo && ava' } }) }, 'ava'],
    ['pytest in a table', 'python', { 'pyproject.toml': '[tool.pytest.ini_options]' }, 'pytest'],
    ['pytest by conftest.py', 'python', { 'conftest.py': '' }, 'pytest'],
    ['unittest in a command', 'python', { 'tox.ini': 'commands = python -m unittest' }, 'unittest'],
    ['go.mod', 'go', { 'go.mod': 'module x' }, 'go test'],
    ['Cargo.toml', 'rust', { 'Cargo.toml': '' }, 'cargo test'],
    ['pom.xml', 'java', { 'pom.xml': '<artifactId>testng</artifactId>' }, 'testng'],
    ['a Gemfile', 'ruby', { Gemfile: "gem 'rspec'" }, 'rspec'],
    ['composer.json', 'php', { 'composer.json': '{"require-dev":{"phpunit/phpunit":"*"}}' }, 'phpunit'],
  ])('follows from %s', (_name, language, manifests, expected) => {
    expect(Object.keys(manifests).every(isManifest)).toBe(true);
    expect(detect(language, { manifests })).toBe(`${expected} (${Object.keys(manifests)[0]})`);
  });

  it('is the one that the nearest tests import, whatever a manifest says', () => {
    const manifests = { 'package.json': json({ devDependencies: { vitest: '1', jest: '30' } }) };
    const tests = { 'a.test.js': "const test = require('node:test');", 'b.test.js': "import 'vitest'" };
    expect(detect('javascript', { tests, manifests })).toBe('node:test (a.test.js)');
  });

  it('is the one of the nearer manifest, whatever the order of the table', () => {
    const manifests = {
      'packages/a/package.json': json({ devDependencies: { jest: '30' } }),
      'package.json': json({ devDependencies: { vitest: '4' } }),
    };
    expect(detect('typescript', { manifests })).toBe('jest (packages/a/package.json)');
  });

  it.each([
    ['a broken manifest', { 'package.json': '{"devDependencies": {"vitest"' }],
    [
      'a manifest without one',
      { 'package.json': json({ dependencies: { 'vitest-utils': '1' }, scripts: null }) },
    ],
    ['a manifest of another language', { 'pyproject.toml': 'pytest' }],
    ['no manifest', {}],
  ])('is not known from %s', (_name, manifests) => {
    expect(detect('javascript', { manifests })).toBeUndefined();
  });

  it('is not pytest for its mocks alone, nor unittest', () => {
    expect(detect('python', { tests: { 'test_a.py': 'from unittest import mock\n' } })).toBeUndefined();
    expect(detect('python', { tests: { 'test_a.py': 'import unittest.mock\n' } })).toBeUndefined();
  });

  it('can be named, also one that is not known, but not one of another language', () => {
    expect(detect('javascript', { framework: ' Node ' })).toBe('node:test (named)');
    expect(detect('javascript', { framework: 'own-runner' })).toBe('own-runner (named)');
    expect(() => detect('python', { framework: 'jest' })).toThrow('jest does not test python');
  });
});
