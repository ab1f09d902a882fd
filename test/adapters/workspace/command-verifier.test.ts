import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readJournal } from '../../../src/adapters/workspace/changes/journal-file.ts';
import { treeWriter } from '../../../src/adapters/workspace/changes/tree-writer.ts';
import { commandVerifier } from '../../../src/adapters/workspace/command-verifier.ts';
import { unlocked } from '../../helpers/tree.ts';

let cwd = '';
let state = '';
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'orch-state-'));
  cwd = mkdtempSync(join(tmpdir(), 'orch-verifier-'));
});
afterEach(() => {
  for (const path of [cwd, state]) rmSync(path, { recursive: true, force: true });
});

function verify(command: string, signal: AbortSignal = new AbortController().signal) {
  const tree = treeWriter({ folder: join(state, 'journal'), cwd, base: () => cwd, lock: unlocked });
  const verifier = commandVerifier({ command, output: 'a test.js', cwd, tree });
  return verifier.verify('made by a model\n', signal);
}

/** An abort that comes when the command says that it is there. */
function abortWhen(name: string): AbortSignal {
  const controller = new AbortController();
  const watcher = watch(cwd, (_event, changed) => {
    if (changed !== name) return;
    watcher.close();
    controller.abort();
  });
  return controller.signal;
}

function killIfAlive(pid: string): void {
  try {
    process.kill(Number(pid), 'SIGKILL');
  } catch {
    // It has ended.
  }
}

describe.runIf(process.platform !== 'win32')('a command that verifies', () => {
  it('finds the result where it belongs, and leaves the place as it was', async () => {
    expect(await verify('test "$(cat {})" = "made by a model"')).toEqual({ ok: true, detail: '' });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('leaves the bytes of an older file as they were when it refuses', async () => {
    const before = Buffer.from([0xff, 0xfe, 0x01, 0x02]);
    writeFileSync(join(cwd, 'a test.js'), before);
    expect(await verify('exit 3')).toEqual({
      ok: false,
      detail: 'the command exited with 3 and printed nothing',
    });
    expect(readFileSync(join(cwd, 'a test.js'))).toEqual(before);
  });

  it.each([0, 1, 127])(
    'keeps what somebody else writes while it runs, whatever its status: %i',
    async (status) => {
      writeFileSync(join(cwd, 'a test.js'), 'old\n');
      const said = await verify(`printf edited > {}; exit ${status}`).then(
        ({ detail, warning }) => warning ?? detail,
        ({ message }) => message,
      );
      expect(readFileSync(join(cwd, 'a test.js'), 'utf8')).toBe('old\n');
      const kept = /a test\.js was changed while the command ran, and that version is kept in (.+)$/.exec(
        said,
      )?.[1];
      expect(readFileSync(kept!, 'utf8')).toBe('edited');
    },
  );

  it('has its older file saved where that cannot be restored', async () => {
    const before = Buffer.from([0xff, 0xfe, 0x01, 0x02]);
    writeFileSync(join(cwd, 'a test.js'), before);
    await expect(verify('rm {}; mkdir {}; exit 3')).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining('a test.js cannot be restored'),
      hint: expect.stringContaining('saved'),
    });
    const [entry] = readdirSync(join(state, 'journal'));
    expect(readJournal(join(state, 'journal', entry!))?.steps[0]?.before?.bytes).toEqual(before);
  });

  it('leaves nothing saved when it is over', async () => {
    for (const command of ['exit 0', 'exit 3']) {
      await verify(command);
      expect(readdirSync(join(state, 'journal'))).toEqual([]);
    }
  });

  it('shows several lines below one another', async () => {
    const { detail } = await verify('echo one; echo two; exit 1');
    expect(detail).toBe('the command exited with 1:\n    one\n    two\n');
  });

  it('shows of a long output the failed test and its values, which stand far above the end', async () => {
    const passed = (word: string) =>
      Array.from(
        { length: 80 },
        (_, at) => `ok ${at} - ${word} ${String.fromCharCode(97 + (at % 26))} passes`,
      );
    const failed = ['not ok 81 - adds the tax', '  error: |-', '    3 !== 4', "  code: 'ERR_ASSERTION'"];
    const lines = [...passed('before'), ...failed, ...passed('after'), '# pass 160', '# fail 1'];
    writeFileSync(join(cwd, 'log'), `${lines.join('\n')}\n`);
    const { detail } = await verify('cat log; exit 1');
    for (const line of [...failed, '# fail 1']) expect(detail).toContain(`\n    ${line}\n`);
    expect(detail).toMatch(/lines, about \d+ tokens left out of the output/);
    expect(detail.length).toBeLessThan(2500);
  });

  it('gets no key and no header that may hold one', async () => {
    process.env.OPENAI_CUSTOM_HEADERS = 'X-Key: secret';
    process.env.OPENAI_ADMIN_KEY = 'secret';
    try {
      expect(await verify('! env | grep -q ^OPENAI_')).toEqual({ ok: true, detail: '' });
    } finally {
      delete process.env.OPENAI_CUSTOM_HEADERS;
      delete process.env.OPENAI_ADMIN_KEY;
    }
  });

  it.each([
    ['a command that does not exist', 'no-such-command {}'],
    ['a file that may not be run', './data {}'],
  ])('is told apart from tests that fail: %s', async (_name, command) => {
    writeFileSync(join(cwd, 'data'), '', { mode: 0o600 });
    await expect(verify(command)).rejects.toMatchObject({ code: 'usage' });
  });

  it('is not started when nobody waits for it any more', async () => {
    await expect(verify('touch started', AbortSignal.abort())).rejects.toThrow();
    expect(existsSync(join(cwd, 'started'))).toBe(false);
  });

  it('is ended, with all that it started, although it takes no notice of being asked', async () => {
    const signal = abortWhen('ready');
    const { ok } = await verify("trap '' TERM; touch ready; sleep 600 & wait; sleep 600", signal);
    expect(ok).toBe(false);
    expect(existsSync(join(cwd, 'a test.js'))).toBe(false);
  });

  it('is not started where a folder is in the way, which stays', async () => {
    mkdirSync(join(cwd, 'a test.js'));
    await expect(verify('touch started')).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining('it is a folder'),
    });
    expect(readdirSync(cwd)).toEqual(['a test.js']);
  });

  it('leaves nothing in the background that holds no pipe and takes no notice', async () => {
    const signal = abortWhen('ready');
    const stubborn = `sh -c 'echo $$ > pid; trap "" TERM; touch ready; exec sleep 600'`;
    await verify(`${stubborn} >/dev/null 2>&1 & wait`, signal);
    const pid = readFileSync(join(cwd, 'pid'), 'utf8').trim();
    onTestFinished(() => killIfAlive(pid));
    // It may wait as a zombie for whoever adopted it.
    await vi.waitFor(() =>
      expect(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout).toMatch(/^(Z.*)?\s*$/),
    );
  });

  it('is over when it ends, although a daemon of its holds the pipe', async () => {
    const { detail } = await verify('sleep 600 & echo $! > pid; echo done; exit 1');
    killIfAlive(readFileSync(join(cwd, 'pid'), 'utf8').trim());
    expect(detail).toBe('the command exited with 1: done');
  });

  it('has not succeeded when it was stopped, whatever it says', async () => {
    const signal = abortWhen('ready');
    const { ok } = await verify("trap 'exit 0' TERM; touch ready; while :; do sleep 1; done", signal);
    expect(ok).toBe(false);
  });

  it('keeps a letter whole that came in two parts', async () => {
    const { detail } = await verify(
      `'${process.execPath}' -e "process.stdout.write('x' + 'é'.repeat(33000)); process.exitCode = 1"`,
    );
    expect(detail).toMatch(/^the command exited with 1: xé+ \[… [\d\s]+ characters left out …\] é+$/);
  });
});
