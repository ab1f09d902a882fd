import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

describe('a file that would be lost', () => {
  it('is replaced with --force alone, and nothing is sent without', async () => {
    writeFileSync(join(cwd, 'notes.md'), 'my work\n');
    for (const path of ['notes.md', 'cart.ts', './x/../cart.ts']) {
      const { status, stderr } = await docs(path);
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/: replacing it would lose its content.*\nhint: .*--force/),
      ]);
    }
    expect([sent(), readFileSync(join(cwd, 'notes.md'), 'utf8')]).toEqual([0, 'my work\n']);
    expect((await docs('notes.md', '--force')).status).toBe(0);
    expect(readFileSync(join(cwd, 'notes.md'), 'utf8')).toMatch(/^# /);
  });

  it('is not what the same command wrote before', async () => {
    expect([(await docs('new.md')).status, (await docs('new.md')).status]).toEqual([0, 0]);
    writeFileSync(join(cwd, 'new.md'), 'edited\n', { flag: 'a' });
    expect((await docs('new.md')).status).toBe(2);
  });

  it('is not replaced by a patch of a given answer, by tests that are verified, or by a report', async () => {
    // An empty one, of which nothing can be copied.
    rmSync(join(cwd, '.git'), { recursive: true });
    writeFileSync(join(cwd, 'mine'), 'my work\n');
    const answer =
      'cart.ts\n<<<<<<< SEARCH\nexport const total = 1;\n=======\nexport const total = 2;\n>>>>>>> REPLACE\n';
    writeFileSync(join(cwd, 'answer.md'), answer);
    for (const args of [
      ['diff', '--from', 'answer.md', '-f', 'cart.ts', '-o', 'mine'],
      ['diff', '--from', 'answer.md', '-f', 'cart.ts', '-o', 'answer.md'],
      ['tests', 'test it', '-f', 'cart.ts', '-o', 'mine', '--verify', 'true', '--rehearse'],
      ['usage', 'report', '-o', 'mine'],
    ]) {
      const env = { XDG_STATE_HOME: state() };
      const { status, stderr } = await orchInProcess(args, { cwd, env });
      expect([status, stderr], args.join(' ')).toEqual([2, expect.stringContaining('--force')]);
      expect(await orchInProcess([...args, '--force'], { cwd, env }), args.join(' ')).toMatchObject({
        status: 0,
      });
      writeFileSync(join(cwd, 'mine'), 'my work\n');
    }
  });
});

describe('standard output', () => {
  it('gets the result with -o -', async () => {
    const { status, stdout } = await docs('-');
    expect([status, stdout, readdirSync(cwd)]).toEqual([
      0,
      expect.stringMatching(/^# /),
      ['.git', 'cart.ts'],
    ]);
    const report = await orchInProcess(['usage', 'report', '-o', '-'], {
      cwd,
      env: { XDG_STATE_HOME: state() },
    });
    expect([report.status, report.stdout]).toEqual([0, expect.stringContaining('Total')]);
  });

  it('cannot be the output of tests that are to be verified', async () => {
    const { status, stderr } = await orch(['tests', 'x', '-f', 'cart.ts', '-o', '-', '--verify', 'true']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('--verify needs --output')]);
  });
});

describe('a name that is too long', () => {
  const long = 'n'.repeat(300);
  const created = `diff --git a/${long} b/${long}\nnew file mode 100644\n--- /dev/null\n+++ b/${long}\n@@ -0,0 +1 @@\n+x\n`;

  it.each([
    ['-f', ['docs', 'x', '-f', long], ''],
    ['-f with a range', ['docs', 'x', '-f', `${long}:1-2`], ''],
    ['a glob', ['docs', 'x', '-f', `${long}*`], ''],
    ['-o', ['docs', 'x', '-o', long], ''],
    ['-o below a folder', ['docs', 'x', '-o', `${long}/x.md`], ''],
    ['tests -o', ['tests', 'x', '-o', long, '--verify', 'true'], ''],
    ['usage report -o', ['usage', 'report', '-o', long], ''],
    ['usage report', ['usage', 'report', long], ''],
    ['diff --from', ['diff', '--from', long, '-f', 'cart.ts'], ''],
    ['patch apply --from', ['patch', 'apply', '--from', long], ''],
    ['an id', ['patch', 'apply', long], ''],
    ['a patch', ['patch', 'apply', '--from', '-'], created],
    ['an answer', ['diff', '--from', '-', '-f', 'cart.ts', '--apply'], `${long}\n\`\`\`\nx\n\`\`\`\n`],
    ['an answer that is kept', ['diff', '--from', '-', '-f', 'cart.ts', '--apply'], created],
  ])('is an error of the user and no bug: %s', async (_, args, stdin) => {
    const { status, stderr } = await orchInProcess(args, {
      cwd,
      env: { XDG_STATE_HOME: state(), OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
      ...(stdin === '' ? {} : { stdin }),
    });
    expect([status, stderr]).toEqual([expect.toBeOneOf([2, 5]), expect.not.stringContaining('bug')]);
  });

  it('is not looked for in an instruction', async () => {
    const { status } = await orch(['docs', '-f', 'cart.ts', long]);
    expect(status).toBe(0);
  });

  it('is warned of for the ledger', async () => {
    const env = { ORCH_USAGE_CSV: long, ORCH_LOG_FILE: `${long}.log`, ORCH_LOG_LEVEL: 'info' };
    const { status, stderr } = await orch(['docs', 'x'], env);
    expect([status, stderr]).toEqual([0, expect.stringContaining('its name is too long')]);
  });
});
