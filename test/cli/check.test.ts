import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findProgram } from '../../src/adapters/system/search-path.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { folder, repository } from '../helpers/orch.ts';
import { treeOf } from '../helpers/tree.ts';

const source = `export function total(items, discount) {
  let sum = 0;
  for (const { price, count } of items) sum += price * count;
  if (discount > 0) sum -= discount;
  return sum;
}
`;
const tests = (body: string) => `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../src/cart.js';
${body}
`;
const good =
  tests(`test('adds', () => assert.equal(total([{ price: 2, count: 3 }, { price: 1, count: 4 }], 0), 10));
test('discounts', () => assert.equal(total([{ price: 2, count: 3 }], 1), 5));`);
const skipping = tests(`test('adds', { skip: true }, () => assert.equal(total([], 0), 0));`);

const project = (test: string) =>
  repository({
    'package.json': '{"type": "module", "scripts": {"test": "node --test"}}',
    'src/cart.js': source,
    'test/cart.test.js': test,
  });
const command = ['check', 'test/cart.test.js', '--source', 'src/cart.js'];

/** The programs that are needed, and no bubblewrap. */
function bare(): string {
  const path = folder();
  for (const name of ['node', 'git', 'sh']) symlinkSync(findProgram(name)!, join(path, name));
  return path;
}

const runnable = process.platform === 'linux' && findProgram('bwrap') !== undefined;

afterEach(() => vi.unstubAllEnvs());

describe.runIf(runnable)('orch check in bubblewrap (skipped where it is not installed)', () => {
  it('accepts tests that notice changes, without a key, and leaves the project as it is', async () => {
    const cwd = await project(good);
    const before = treeOf(cwd);
    const { status, stdout } = await orch([...command, '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'accepted',
      path: 'test/cart.test.js',
      framework: 'node:test',
      tests: { passed: 2, failed: 0, skipped: 0 },
      stable: true,
      sandbox: 'bubblewrap',
    });
    const { tried, killed } = JSON.parse(stdout).changes;
    expect(tried).toBeGreaterThan(2);
    expect(killed).toBeGreaterThanOrEqual(tried / 2);
    expect(status).toBe(0);
    expect(treeOf(cwd)).toEqual(before);
  });

  it('refuses others, with the reason', async () => {
    const { status, stdout } = await orch(command, { cwd: await project(skipping) });
    expect(stdout).toContain('refused: every test is skipped');
    expect(status).toBe(5);
  });
});

describe.runIf(process.platform === 'linux')('orch check without a sandbox', () => {
  it('runs nothing, which is not green, and says what to install', async () => {
    vi.stubEnv('PATH', bare());
    const { status, stdout } = await orch(command, { cwd: await project('process.kill(process.ppid)') });
    expect(stdout).toContain('unverified: nothing was run: bubblewrap is not installed');
    expect(stdout).toContain('apt install bubblewrap');
    expect(stdout).toContain('--sandbox off');
    expect(status).toBe(5);
  });

  it('runs them in the open if it is told to', async () => {
    vi.stubEnv('PATH', bare());
    const args = [...command, '--sandbox', 'off', '--mutants', '0'];
    const { status, stdout } = await orch(args, { cwd: await project(good) });
    expect(stdout).toContain('accepted (2 tests pass twice, without a sandbox');
    expect(status).toBe(0);
  });
});

describe('orch check', () => {
  it.each([
    [
      'a test file that is not there',
      ['check', 'test/other.test.js', '--source', 'src/cart.js'],
      'other.test.js',
    ],
    ['code that is not there', ['check', 'test/cart.test.js', '--source', 'src/other.js'], 'src/other.js'],
    [
      'code outside the project',
      ['check', 'test/cart.test.js', '--source', '../cart.js'],
      'is not in the project',
    ],
    ['no code', ['check', 'test/cart.test.js'], '--source'],
    [
      'a framework of another language',
      [...command, '--framework', 'pytest'],
      'pytest does not test javascript',
    ],
  ])('refuses %s before anything is run', async (_name, args, message) => {
    const { status, stderr } = await orch(args, { cwd: await project(good) });
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
