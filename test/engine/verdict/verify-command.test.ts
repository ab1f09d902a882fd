/** The user's command in a copy of the project, over real copies and programs. */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sandboxes } from '../../../src/adapters/sandbox/sandboxes.ts';
import { scratchCopies } from '../../../src/adapters/scratch/scratch-copies.ts';
import { untracked } from '../../../src/adapters/workspace/write/temporaries.ts';
import type { FileChange } from '../../../src/core/patch/types.ts';
import type { CheckVerdict } from '../../../src/engine/context.ts';
import type { FinishedAnswer } from '../../../src/engine/finish/finish-answer.ts';
import { type CommandCheckOptions, commandCheck } from '../../../src/engine/verdict/verify-command.ts';
import { photograph } from '../../adapters/sandbox/photograph.ts';
import { folder } from '../../helpers/orch.ts';

const { signal } = new AbortController();
const home = '/home/nobody';
const confining = sandboxes({ variables: process.env, home, temporaries: untracked });

interface Asked extends Partial<Pick<CommandCheckOptions, 'output' | 'mayLackOutput' | 'cwd' | 'sandbox'>> {
  variables?: Record<string, string>;
  limitMs?: number;
}

/** A check that has begun, of a project of these files. */
async function begun(base: string, command: string, asked: Asked = {}) {
  const { variables = {}, limitMs = 60_000, ...rest } = asked;
  const open = sandboxes({
    variables: { PATH: process.env.PATH, ...variables },
    home,
    temporaries: untracked,
  });
  const check = commandCheck({
    command,
    sandbox: open.open(),
    copies: scratchCopies({ temporaries: untracked, home }),
    cwd: base,
    output: undefined,
    mayLackOutput: false,
    signal,
    ...rest,
  });
  onTestFinished(() => check.end());
  await check.begin(base, limitMs);
  return (answer: string | FileChange[], until = signal): Promise<CheckVerdict> =>
    check.verify(finished(answer), { signal: until, redact: async (text) => text });
}

function finished(answer: string | FileChange[]): FinishedAnswer {
  const rest = { placeholders: [], warnings: [] };
  if (typeof answer === 'string') return { ...rest, result: answer, patch: undefined };
  const patch = { changes: answer, stats: [], diffstat: '', hunks: [], checkedBy: 'none' as const };
  return { ...rest, result: 'the patch\n', patch: { ...patch, base: '', appliesAsShown: true } };
}

describe('before anything is sent', () => {
  it('a command that is red is refused, with what it prints and what can be done', async () => {
    const base = folder({ 'a.js': 'a', '.env': 'KEY=1' });
    const before = photograph(base);
    await expect(begun(base, 'echo not ok 3; exit 4')).rejects.toMatchObject({
      code: 'usage',
      message: 'the --verify command fails without any change (nothing was sent): it exited with 4: not ok 3',
      hint: expect.stringMatching(/^make it pass first; .*\(\.env\); if this very call .* # \{\} at its end/),
    });
    expect(photograph(base)).toEqual(before);
  });

  it.each([
    ['is not found', 'true && no-such-command'],
    ['may not be run', 'true && ./a.js'],
  ])('one that %s is told apart from one that fails', async (_what, command) => {
    const base = folder({ 'a.js': 'a' });
    await expect(begun(base, command)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('the --verify command cannot be run: '),
    });
  });

  it('one that takes longer than the call may is ended', async () => {
    const base = folder({ 'a.js': 'a' });
    await expect(begun(base, 'exec sleep 600', { limitMs: 1 })).rejects.toMatchObject({ code: 'timeout' });
  });

  it.each([
    ['that names the result', 'false {}', {}],
    ['that names its variable', 'test -n "$ORCH_RESULT_FILE" && false', {}],
    ['that names the file of the result', 'cat x.test.js', { output: 'x.test.js' }],
    ['of tests that do not exist yet', 'false', { output: 'x.test.js', mayLackOutput: true }],
  ])('one %s is not run', async (_what, command, { output, ...asked }: Asked) => {
    const base = folder({ 'a.js': 'a' });
    await begun(base, command, { ...asked, output: output && join(base, output) });
  });

  it('a file or a folder outside of the project is refused', async () => {
    const base = folder({ 'a.js': 'a' });
    const outside = folder();
    const refused = { code: 'usage', message: expect.stringContaining('is not in ') };
    await expect(begun(base, 'true', { output: join(outside, 'x.js') })).rejects.toMatchObject(refused);
    await expect(begun(base, 'true', { cwd: outside })).rejects.toMatchObject(refused);
  });
});

describe('an answer', () => {
  it('is where the command looks for it, which runs where the user is', async () => {
    const base = folder({ 'sub/dir/a.js': 'a' });
    const check = await begun(base, 'test "$(cat {})" = new && test "$ORCH_RESULT_FILE" = {} && cat a.js', {
      cwd: join(base, 'sub/dir'),
      output: join(base, "sub/it's.js"),
    });
    expect(await check('new')).toEqual({ ok: true, warnings: [] });
    expect(readdirSync(join(base, 'sub'))).toEqual(['dir']);
  });

  it('that is a patch is applied: new and deleted files, renamed ones, modes', async () => {
    const base = folder({
      'a.js': 'a\n',
      'old/b.js': 'b\n',
      'gone.js': 'g\n',
      'run.sh': '#!/bin/sh\nexit 9\n',
    });
    chmodSync(join(base, 'run.sh'), 0o755);
    const look =
      'cat a.js new/b.js c.js; test -e gone.js; echo $?; test -e old/b.js; echo $?; ./run.sh; cat {}';
    const check = await begun(base, `${look}; exit 1`);
    const before = photograph(base);
    const [change, none] = [{ before: '', after: '' }, { kind: 'modify' as const }];
    const verdict = await check([
      { ...none, path: 'a.js', before: 'a\n', after: 'A\n' },
      { kind: 'rename', oldPath: 'old/b.js', path: 'new/b.js', before: 'b\n', after: 'B\n' },
      { ...change, kind: 'create', path: 'c.js', after: 'C\n' },
      { ...change, kind: 'delete', path: 'gone.js', before: 'g\n' },
      { ...none, path: 'run.sh', before: '#!/bin/sh\nexit 9\n', after: '#!/bin/sh\necho ran\n' },
    ]);
    expect(verdict).toMatchObject({
      ok: false,
      complaint: 'The command exited with 1:\nA\nB\nC\n1\n1\nran\nthe patch',
    });
    const next = await check([{ ...none, path: 'run.sh', before: '', after: '', mode: '100644' }]);
    expect(next).toMatchObject({
      detail: expect.stringMatching(/a\n.*cat: new\/b\.js: .*\n.*cat: c\.js: /s),
    });
    expect(photograph(base)).toEqual(before);
  });

  it('finds nothing of what an earlier one, or a run, has left', async () => {
    const base = folder({ 'a.js': 'a\n' });
    const check = await begun(base, 'ls; echo more >> a.js; touch left; cat a.js; test ! -e red.js');
    const red: FileChange = { kind: 'create', path: 'red.js', before: '', after: '' };
    const shown = ':\n    a.js\n    red.js\n    a\n    more\n';
    for (const time of [1, 2])
      expect(await check([red]), `${time}`).toMatchObject({ detail: `the command exited with 1${shown}` });
    expect(await check([])).toMatchObject({ ok: true });
  });

  it('that breaks the command is refused, but a command that was never run is an error', async () => {
    const base = folder({ 'run.sh': 'exit 0' });
    const broken: FileChange = { kind: 'modify', path: 'run.sh', before: '', after: 'no-such-command' };
    expect(await (await begun(base, 'sh run.sh'))([broken])).toMatchObject({
      ok: false,
      detail: expect.stringContaining('exited with 127'),
    });
    await expect((await begun(base, 'sh run.sh # {}'))([broken])).rejects.toMatchObject({ code: 'usage' });
  });

  it('is said to be verified without what has changed meanwhile', async () => {
    const base = folder({ 'a.js': 'a', 'b.js': 'b' });
    const check = await begun(base, 'true');
    writeFileSync(join(base, 'b.js'), 'edited');
    expect(await check([])).toEqual({
      ok: true,
      warnings: ['verified without what has changed in the project meanwhile: b.js'],
    });
  });

  it('is not checked when nobody waits for it any more, and has not passed when it was stopped', async () => {
    const base = folder({ 'a.js': 'a' });
    const check = await begun(base, 'touch ran # {}');
    await expect(check('x', AbortSignal.abort())).rejects.toThrow();
  });
});

describe('the command', () => {
  it('prints paths of the copy, and the user and the model read those of the project', async () => {
    const base = folder({ 'a.js': 'a' });
    mkdirSync(join(base, 'sub'));
    const check = await begun(base, 'echo "$PWD/a.js"; echo /usr/share/dict/words; exit 1 # {}');
    expect(await check([])).toEqual({
      ok: false,
      detail: `the command exited with 1:\n    ${base}/a.js\n    /usr/share/dict/words\n`,
      complaint: 'The command exited with 1:\na.js\nwords',
    });
  });

  it.each(['in the open', 'confined'])('gets no key and none of the other variables: %s', async (where) => {
    const variables = { OPENAI_API_KEY: 'sk-secret', OPENAI_CUSTOM_HEADERS: 'x', MY_SETTING: 'x', LANG: 'C' };
    const base = folder({ 'a.js': 'a' });
    const found = await confining.confined(signal);
    const confined = where === 'confined' && found.kind !== 'missing' ? { sandbox: found } : {};
    const check = await begun(base, 'env; exit 1 # {}', { variables, ...confined });
    const verdict = await check([]);
    const { detail } = verdict as Extract<CheckVerdict, { ok: false }>;
    expect(detail).not.toMatch(/OPENAI|sk-secret|MY_SETTING/);
    expect(detail).toContain('ORCH_RESULT_FILE=');
  });

  it('leaves nothing in the project, whatever it writes', async () => {
    const base = folder({ 'a.js': 'a' });
    const before = photograph(base);
    const check = await begun(
      base,
      'echo x > a.js; mkdir -p deep/er; touch deep/er/new; rm -rf .git; exit 0',
    );
    expect(await check([])).toMatchObject({ ok: true });
    expect(photograph(base)).toEqual(before);
    expect(existsSync(join(base, 'deep'))).toBe(false);
  });
});
