import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OrchError } from '../../src/core/errors/orch-error.ts';
import type { Sandbox } from '../../src/engine/sandbox-ports.ts';
import { findRun } from '../../src/operations/delegation/kept-run.ts';
import { testsOperation } from '../../src/operations/tests.ts';
import { factoryFor, orchInProcess as orch } from '../helpers/cli.ts';
import { folder, provider } from '../helpers/orch.ts';
import { byModel } from '../rehearsal/script.ts';

const passes = { kind: 'text', text: '```js\nconsole.assert(true);\n```' } as const;
const fails = {
  kind: 'text',
  text: "```js\nconsole.assert(true);\nconsole.log('1 test failed');\nprocess.exit(3);\n```",
} as const;
const node = `"${process.execPath}"`;
const args = ['tests', 'test it', '-l', 'javascript'];

describe('orch tests', () => {
  it('prints the code of the test file', async () => {
    const { env, server } = await provider({ answer: passes });
    const { status, stdout } = await orch([...args, '--framework', 'jest'], { env });
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'console.assert(true);\n' });
    expect(String(server.requests[0]?.body?.instructions)).toMatch(/jest/i);
  });

  it.each(['jest', 'vitest', 'pytest'])('writes for %s in rehearsal', async (framework) => {
    const { status, stdout } = await orch(['tests', 'test it', '--framework', framework, '--rehearse']);
    expect(status).toBe(0);
    expect(stdout).not.toMatch(/^```/m);
  });
});

describe('--verify', () => {
  it('accepts a result with which the command succeeds', async () => {
    const { env, server } = await provider({ answer: passes });
    const cwd = folder();
    const verify = ['--verify', `${node} {} && test -f "$ORCH_RESULT_FILE"`];
    const { status, stdout } = await orch([...args, '-o', 'new.js', ...verify], { env, cwd });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(server.requests).toHaveLength(1);
    expect(readFileSync(join(cwd, 'new.js'), 'utf8')).toBe('console.assert(true);\n');
  });

  it('needs to know where the tests belong, before anything is sent', async () => {
    const { env, server } = await provider({ answer: passes });
    const { status, stderr } = await orch([...args, '--verify', 'true'], { env });
    expect(status).toBe(2);
    expect(stderr).toContain('--output');
    expect(server.requests).toEqual([]);
  });

  it.runIf(process.platform !== 'win32')(
    'is refused before anything is sent when its command is certain not to be there',
    async () => {
      const { env, server } = await provider({ answer: passes });
      for (const [command, why] of [
        ['nosuchcmd --all {}', 'nosuchcmd is not on the PATH'],
        ['./nosuch.sh', './nosuch.sh is not there'],
      ] as const) {
        const { status, stderr } = await orch([...args, '-o', 'new.js', '--verify', command], { env });
        expect(status).toBe(2);
        expect(stderr).toContain(`the --verify command cannot be run: ${why}`);
        expect(stderr).toContain('hint: try it in a shell');
      }
      expect(server.requests).toEqual([]);
    },
  );

  it.runIf(process.platform !== 'win32')('may run the result itself', async () => {
    const { env } = await provider({ answer: passes });
    const verify = ['-o', 'new.js', '--verify', './new.js'];
    // It is not executable, which only the shell finds out.
    expect((await orch([...args, ...verify], { env })).stderr).toMatch(/ermission denied/);
  });

  it('asks the same model twice more and then the next when it fails, and keeps the file that passed', async () => {
    const { env, server } = await provider({
      answer: byModel({ 'gpt-6.1-terra': fails, 'gpt-6.1-sol': passes }),
    });
    const cwd = folder({ "it's.js": 'old();\n' });
    const { status, stdout, stderr } = await orch(
      [...args, '-o', "it's.js", '--force', '--verify', `${node} {}`],
      {
        env,
        cwd,
      },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(server.requests.map(({ model }) => model)).toEqual([
      ...Array(3).fill('gpt-6.1-terra'),
      'gpt-6.1-sol',
    ]);
    expect(stderr).toMatch(
      /fallback: gpt-6\.1-terra: the command exited with 3: 1 test failed; now gpt-6\.1-sol/,
    );
    expect(readFileSync(join(cwd, "it's.js"), 'utf8')).toBe('console.assert(true);\n');
  });

  it('leaves the file as it was when no model passes: exit 5', async () => {
    const { env } = await provider({ answer: fails });
    const cwd = folder({ 'old.js': 'old();\n' });
    const [restored, removed] = await Promise.all(
      ['old.js', 'new.js'].map((file) =>
        orch([...args, '-o', file, '--force', '--verify', ': {} && echo 1 test failed && exit 3', '--json'], {
          env,
          cwd,
        }),
      ),
    );
    for (const { status, stdout } of [restored!, removed!]) {
      expect(status).toBe(5);
      expect(JSON.parse(stdout).error).toMatchObject({
        code: 'verify-failed',
        message: expect.stringContaining('1 test failed'),
        details: { attempts: Array(9).fill({ model: expect.any(String), error: 'verify-failed' }) },
      });
    }
    expect(readFileSync(join(cwd, 'old.js'), 'utf8')).toBe('old();\n');
    expect(existsSync(join(cwd, 'new.js'))).toBe(false);
  });

  it('leaves in the copy whatever the command writes', async () => {
    const { env } = await provider({ answer: passes });
    const cwd = folder({ 'a.js': '', 'b.js': 'mine\n' });
    const verify = ['-o', 'a.js', '--verify', 'printf edited | tee a.js b.js c.js'];
    const { status } = await orch([...args, ...verify, '--force'], { env, cwd });
    expect(status).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(['a.js', 'b.js']);
    expect(readFileSync(join(cwd, 'a.js'), 'utf8')).toBe('console.assert(true);\n');
    expect(readFileSync(join(cwd, 'b.js'), 'utf8')).toBe('mine\n');
  });

  it('does not replace what somebody writes while the command passes', async () => {
    const { env } = await provider({ answer: passes });
    const cwd = folder({ 'a.js': '' });
    const context = factoryFor({ env, cwd }, { writeLog: () => {}, defaultLogLevel: 'warn' });
    const open = (await context.sandboxes()).open();
    const edits: Sandbox = {
      ...open,
      async run(run) {
        writeFileSync(join(cwd, 'a.js'), 'edited');
        return open.run(run);
      },
    };
    const sandboxes = async () => ({ open: () => edits, confined: async () => edits });
    const { signal } = new AbortController();
    const input = { input: 'test it', language: 'javascript', output: 'a.js', verify: 'true {}' };
    const error = await testsOperation
      .run(testsOperation.input().parse(input), { ...context, sandboxes }, { signal })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'file-changed' });
    expect(readFileSync(join(cwd, 'a.js'), 'utf8')).toBe('edited');
    const { run_id } = (error as OrchError).details as { run_id: string };
    expect((await findRun(run_id, context)).result).toBe('console.assert(true);\n');
  });

  it('asks no further model when the command cannot be run, and keeps what was paid for', async () => {
    const { env, server } = await provider({ answer: passes });
    const cwd = folder();
    const verify = ['-o', 'new.js', '--verify', 'true && no-such-command {}'];
    const { status, stdout } = await orch([...args, ...verify, '--json'], { env, cwd });
    expect(status).toBe(2);
    expect(server.requests).toHaveLength(1);
    expect(existsSync(join(cwd, 'new.js'))).toBe(false);
    const { error } = JSON.parse(stdout);
    expect(error.message).toContain('no-such-command');
    const shown = await orch(['runs', 'show', error.details.run_id], { env, cwd });
    expect(shown.stdout).toBe('console.assert(true);\n');
  });
});
