import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { orchInProcess } from '../helpers/cli.ts';
import { folder } from '../helpers/orch.ts';

let top: string;
let cwd: string;
beforeEach(() => {
  top = folder();
  cwd = join(top, 'repo');
  mkdirSync(join(cwd, '.git'), { recursive: true });
  mkdirSync(join(top, 'outside'));
  writeFileSync(join(cwd, 'cart.ts'), 'export const total = 1;\n');
});

const state = () => join(top, 'state');
const orch = (args: string[], env: Record<string, string> = {}) =>
  orchInProcess([...args, '--rehearse'], { cwd, env: { XDG_STATE_HOME: state(), ...env } });
const docs = (output: string, ...more: string[]) =>
  orch(['docs', 'describe it', '-f', 'cart.ts', '-o', output, ...more]);
/** Whether a request was sent: each is recorded. */
const sent = () => {
  try {
    return readFileSync(join(state(), 'orch/usage.csv'), 'utf8').trim().split('\n').length - 1;
  } catch {
    return 0;
  }
};

describe.runIf(process.platform !== 'win32')('links', () => {
  it.each(['link.md', 'up/new.md', '.git/config', '.GIT/x'])(
    'are not followed out or into .git: -o %s',
    async (path) => {
      symlinkSync('../outside/new.md', join(cwd, 'link.md'));
      symlinkSync('..', join(cwd, 'up'));
      const { status, stderr } = await docs(path);
      expect([status, stderr]).toEqual([2, expect.stringMatching(/nothing was sent\nhint: use /)]);
      expect([sent(), readdirSync(join(cwd, '.git')), readdirSync(join(top, 'outside'))]).toEqual([
        0,
        [],
        [],
      ]);
    },
  );

  it.each([
    ['ORCH_USAGE_CSV', './logs/usage.csv'],
    ['ORCH_LOG_FILE', 'logs/orch.log'],
  ])('lead no record out: %s', async (name, path) => {
    symlinkSync('../outside', join(cwd, 'logs'));
    const { status, stderr } = await orch(['docs', 'describe it', '-f', 'cart.ts'], { [name]: path });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(new RegExp(`${name}: .*link.*nothing was sent\nhint: use `)),
    ]);
    expect(readdirSync(join(top, 'outside'))).toEqual([]);
  });

  it('may lead to the state folder', async () => {
    symlinkSync('outside', join(top, 'state'));
    const { status } = await docs('new.md');
    expect([status, readdirSync(join(top, 'outside/orch')).includes('usage.csv')]).toEqual([0, true]);
  });
});
