/** A paid answer is never thrown away: whatever cannot be used or delivered is kept, named in the error, and can be shown. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess } from '../helpers/cli.ts';
import { call, textOf } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { orch as builtOrch, collect, folder, key, provider, spawnOrch } from '../helpers/orch.ts';
import { treeOf } from '../helpers/tree.ts';
import type { ScenarioServerOptions } from '../rehearsal/scenario-server.ts';
import { byModel } from '../rehearsal/script.ts';

const files = {
  'a.ts': 'export const a = 1;\n',
  'b.ts': 'export const b = 1;\n',
  'c.ts': 'export const c = 1;\n',
};
const nowhere = searchReplace('a.ts', 'export const nowhere = 1;', 'export const x = 2;');
const hint = /orch runs show ([0-9a-f]{8})/;

async function room(answer: ScenarioServerOptions['answer']) {
  const cwd = folder(files);
  const state = folder();
  const { env: upstream } = await provider({ answer });
  const env = { ...upstream, XDG_STATE_HOME: state };
  const orch = (...args: string[]) => orchInProcess(args, { cwd, env });
  const runs = join(state, 'orch/runs');
  return { cwd, env, orch, runs, state };
}

const refactor = (name = 'a.ts') => ['run', 'refactor', 'change it', '-f', name, '-m', 'codex'];

describe('an answer that could not be used', () => {
  it('is kept when its patch has no place, as the model wrote it', async () => {
    const { orch } = await room({ kind: 'text', text: nowhere });
    const { status, stdout, stderr } = await orch(...refactor());
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    const [, id = ''] = hint.exec(stderr) ?? [];
    const shown = await orch('runs', 'show', id);
    expect(shown).toMatchObject({ status: 0, stdout: nowhere });
    expect(shown.stderr).toMatch(
      /^run [0-9a-f]{32} \| 20\S+Z \| failed\nrefactor: change it\ngpt-6\.1-sol \| task=/,
    );
    expect(shown.stderr).toMatch(/\npatch-unplaceable: /);

    const failed = await orch(...refactor(), '--json');
    const { run_id } = JSON.parse(failed.stdout).error.details;
    const json = JSON.parse((await orch('runs', 'show', '--json')).stdout);
    expect(json).toMatchObject({
      run_id,
      status: 'failed',
      result: null,
      error: { code: 'patch-unplaceable' },
    });
    // Each of the attempts was paid for.
    expect(json.answers).toHaveLength(json.attempts.length);
  });

  it('is shown whole although a later attempt sent only a part of it again', async () => {
    const whole = nowhere + searchReplace('a.ts', 'export const a = 1;', 'export const a = 2;');
    let requests = 0;
    const { orch } = await room(() => ({ kind: 'text', text: requests++ === 0 ? whole : nowhere }));
    await orch(...refactor());
    expect((await orch('runs', 'show')).stdout).toBe(whole);
    expect(JSON.parse((await orch('runs', 'show', '--json')).stdout).answers.at(-1).text).toBe(nowhere);
  });

  it('because it failed the verification shows the output of that once', async () => {
    const tests = "```ts\nimport { expect, it } from 'vitest';\nit('adds', () => expect(1).toBe(1));\n```\n";
    const { orch } = await room({ kind: 'text', text: tests });
    const failing = ['--verify', 'echo one; echo two; exit 1'];
    expect((await orch('tests', 'x', '-f', 'a.ts', '-o', 'a.test.ts', ...failing)).status).toBe(5);
    const { stderr } = await orch('runs', 'show');
    expect(stderr.split('\n    two')).toHaveLength(2);
    expect(stderr).toMatch(/^attempt 1, \S+: the command exited with 1:$/m);
  });

  it('is named over MCP as well', async () => {
    const { cwd, env, orch } = await room({ kind: 'text', text: nowhere });
    const client = await connectInProcess({ cwd, env });
    const result = await call(client, 'delegate.diff', { input: 'x', files: ['a.ts'], forceModel: 'codex' });
    expect(result).toMatchObject({ isError: true });
    const [, id = ''] = hint.exec(textOf(result)) ?? [];
    expect((await orch('runs', 'show', id)).stdout).toBe(nowhere);
  });

  it('is kept as far as it came when its stream is cut, or the answer is too long', async () => {
    const text = '```ts\nexport const answer = 42;\n```';
    for (const answer of [
      { kind: 'cut', after: 3, text, chunks: 6 },
      { kind: 'incomplete', reason: 'max_output_tokens', text: text.slice(0, 12) },
    ] as const) {
      const { orch } = await room(answer);
      for (const more of [[], ['--no-stream']]) {
        const { status, stderr } = await orch('run', 'code_generate', 'x', ...more);
        expect([1, 5]).toContain(status);
        // Without a stream, half of a body is not yet an answer.
        if (answer.kind === 'cut' && more.length > 0) continue;
        const shown = await orch('runs', 'show', hint.exec(stderr)?.[1] ?? '');
        expect(shown.stdout).toBe(`${text.slice(0, shown.stdout.length - 1)}\n`);
        expect(shown.stdout.length).toBeGreaterThan(5);
      }
    }
  });

  it('is kept when a file was changed meanwhile, and when the result cannot be written', async () => {
    const patch = searchReplace('a.ts', files['a.ts'].trimEnd(), 'export const a = 2;');
    let during = () => {};
    const { cwd, orch } = await room(() => {
      during();
      return { kind: 'text', text: patch };
    });
    during = () => writeFileSync(join(cwd, 'a.ts'), '// mine\n');
    const raced = await orch(...refactor());
    expect(raced).toMatchObject({ status: 2, stderr: expect.stringMatching(hint) });
    expect((await orch('runs', 'show')).stdout).toBe(patch);

    writeFileSync(join(cwd, 'a.ts'), files['a.ts']);
    during = () => mkdirSync(join(cwd, 'out.patch'), { recursive: true });
    const unwritten = await orch(...refactor(), '-o', 'out.patch');
    expect(unwritten).toMatchObject({ status: 2, stderr: expect.stringMatching(hint) });
    const shown = await orch('runs', 'show');
    expect(shown.stdout).toMatch(/^diff --git a\/a\.ts b\/a\.ts\n/);
    expect(shown.stderr).toMatch(/ \| failed\n[\s\S]*\npatch: orch patch apply /);
  });

  it('is kept without our key, which a server repeats whole or begins to', async () => {
    const { orch, runs } = await room({
      kind: 'cut',
      after: 99,
      text: `${key} and ${key.slice(0, -1)}`,
      chunks: 3,
    });
    await orch('run', 'code_generate', key);
    const [name = ''] = readdirSync(runs).filter((file) => file.endsWith('.run'));
    const kept = readFileSync(join(runs, name), 'utf8');
    expect(kept).toContain('[redacted] and');
    expect(kept).not.toContain(key.slice(0, 16));
    if (process.platform !== 'win32') {
      expect(statSync(join(runs, name)).mode & 0o777).toBe(0o600);
      expect(statSync(runs).mode & 0o777).toBe(0o700);
    }
  });

  it('is printed where it cannot be kept, beside the error itself', async () => {
    const { orch, state } = await room({ kind: 'text', text: nowhere });
    mkdirSync(join(state, 'orch'));
    writeFileSync(join(state, 'orch/runs'), 'in the way');
    const { status, stdout, stderr } = await orch(...refactor());
    // Not on standard output, where git apply may be waiting.
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    expect(stderr).toMatch(/^error: gpt-6\.1-sol: the lines that block 1 changes[\s\S]*cannot be kept in/m);
    expect(stderr).toContain(nowhere);
    const json = await orch(...refactor(), '--json');
    expect(JSON.parse(json.stdout).error).toMatchObject({ code: 'patch-unplaceable', answer: nowhere });
  });
});

it('an answer without an edit is quoted in the error, and a task is listed by its own name and words', async () => {
  const { orch } = await room({ kind: 'text', text: 'The weather is fine. More of it.' });
  expect((await orch(...refactor())).stderr).toContain('it says: "The weather is fine.');
  await orch('run', 'ask', 'is it right?', '-f', 'a.ts', '-m', 'codex');
  expect((await orch('runs', 'list')).stdout.split('\n')[0]).toMatch(/ask: is it right\?$/);
});

describe('text that was cut', () => {
  const text = '# Title\n\nFirst, this. Then that.';
  const cut = { kind: 'cut', after: 2, text, chunks: 4 } as const;

  it('is printed with exit status 5 and a warning', async () => {
    const { orch } = await room(cut);
    const { status, stdout, stderr } = await orch('docs', 'x', '-m', 'chat');
    expect(status).toBe(5);
    expect(stdout.trimEnd().length).toBeGreaterThan(4);
    expect(text.startsWith(stdout.trimEnd())).toBe(true);
    expect(stderr).toMatch(/^warning: the answer is incomplete: /m);
    const json = await orch('docs', 'x', '-m', 'chat', '--json');
    expect(json.status).toBe(5);
    expect(JSON.parse(json.stdout)).toMatchObject({
      result: stdout,
      meta: { incomplete: expect.any(String) },
    });
    expect((await orch('runs', 'show', '--json')).stdout).toContain('"status": "incomplete"');
  });

  it('of several models is the longest, and every account of it names its model', async () => {
    const long = { kind: 'cut', after: 5, text, chunks: 6 } as const;
    const { orch } = await room(
      byModel({
        'gpt-6-luna': { kind: 'cut', after: 1, text, chunks: 6 },
        'gpt-6.1-terra': long,
        'gpt-6.2-sol': { kind: 'error', status: 500, message: 'no' },
      }),
    );
    const { stdout, stderr } = await orch('docs', 'x');
    expect(stdout.length).toBeGreaterThan(text.length / 2);
    const json = JSON.parse((await orch('runs', 'show', '--json')).stdout);
    expect(json.attempts.at(-1).model).not.toBe(json.model);
    expect(stderr).toMatch(
      new RegExp(`^${json.model} \\| .* for ${json.attempts.length} attempts \\| `, 'm'),
    );
    expect(json.model).toBe('gpt-6.1-terra');
  });

  it('is an error over MCP, which shows what came', async () => {
    const { env } = await room(cut);
    const client = await connectInProcess({ env });
    const { isError, structuredContent, content } = await call(client, 'delegate.docs', {
      input: 'x',
      forceModel: 'chat',
    });
    expect({ isError, structuredContent }).toEqual({ isError: true, structuredContent: undefined });
    const [first] = content;
    const text = first?.type === 'text' ? first.text : '';
    expect(text).toMatch(/^[a-z-]+: .*\nWhat to do: .*orch runs show/);
    expect(text).toMatch(/\nThe answer:\n# /);
  });

  it('does not replace a file, and is kept', async () => {
    const { cwd, orch } = await room(cut);
    const { status, stderr } = await orch('docs', 'x', '-m', 'chat', '-o', 'out.md');
    expect(status).toBe(1);
    expect(existsSync(join(cwd, 'out.md'))).toBe(false);
    expect(text.startsWith((await orch('runs', 'show', hint.exec(stderr)![1]!)).stdout.trimEnd())).toBe(true);
  });
});

describe('a patch of which a part can be placed', () => {
  const good = (name: 'b' | 'c') =>
    searchReplace(`${name}.ts`, `export const ${name} = 1;`, `export const ${name} = 2;`);
  const all = ['run', 'refactor', 'change it', '-f', '*.ts', '-m', 'codex'];

  async function offered(cwdChange = (_cwd: string) => {}) {
    const place = await room({ kind: 'text', text: good('b') + nowhere + good('c') });
    const { status, stdout, stderr } = await place.orch(...all);
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    const [, id = ''] = /b\.ts, c\.ts .*without a\.ts: orch patch apply (\S+) --partial/.exec(stderr) ?? [];
    expect(treeOf(place.cwd)).toEqual(treeOf(folder(files)));
    cwdChange(place.cwd);
    return { ...place, id };
  }

  it('is offered, and written only with --partial, which says what is left out', async () => {
    const { cwd, orch, id } = await offered();
    const refused = await orch('patch', 'apply', id);
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/a\.ts.*\nhint: .* --partial$/m),
    });
    expect(readFileSync(join(cwd, 'b.ts'), 'utf8')).toBe(files['b.ts']);
    const { status, stdout, stderr } = await orch('patch', 'apply', id, '--partial');
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(' 2 files changed') });
    expect(stderr).toMatch(/^warning: left out: a\.ts: /m);
    expect(['a.ts', 'b.ts', 'c.ts'].map((name) => readFileSync(join(cwd, name), 'utf8'))).toEqual([
      files['a.ts'],
      'export const b = 2;\n',
      'export const c = 2;\n',
    ]);
  });

  it('is written whole or not at all', async () => {
    const { cwd, orch, id } = await offered((place) => writeFileSync(join(place, 'c.ts'), '// mine\n'));
    expect((await orch('patch', 'apply', id, '--partial')).status).toBe(2);
    expect(readFileSync(join(cwd, 'b.ts'), 'utf8')).toBe(files['b.ts']);
  });

  it('is in the JSON of the error, and of the run', async () => {
    const { orch } = await room({ kind: 'text', text: good('b') + nowhere });
    const { details } = JSON.parse((await orch(...all, '--json')).stdout).error;
    expect(details.partial_patch).toEqual({
      id: expect.any(String),
      files: ['b.ts'],
      left_out: [{ path: 'a.ts', why: expect.any(String) }],
    });
    const run = JSON.parse((await orch('runs', 'show', details.run_id, '--json')).stdout);
    expect(run.partial_patch_id).toBe(details.partial_patch.id);
  });

  it('is offered of an answer that was given, too, unless it was only to be checked', async () => {
    const { cwd, env, orch } = await room(undefined);
    const from = ['diff', '--from', '-', '-f', '*.ts'];
    const stdin = good('b') + nowhere;
    expect((await orchInProcess([...from, '--check'], { cwd, env, stdin })).stderr).not.toContain(
      '--partial',
    );
    const { status, stderr } = await orchInProcess(from, { cwd, env, stdin });
    expect(status).toBe(5);
    const [, id = ''] = /orch patch apply (\S+) --partial/.exec(stderr) ?? [];
    expect((await orch('patch', 'apply', id, '--partial')).status).toBe(0);
    expect(readFileSync(join(cwd, 'b.ts'), 'utf8')).toBe('export const b = 2;\n');
  });

  it('needs an id', async () => {
    const { orch } = await room(undefined);
    expect(await orch('patch', 'apply', '--resume', '--partial')).toMatchObject({ status: 2 });
  });
});

describe('a result that was not delivered', () => {
  it('is a patch id after an --apply that did not succeed', async () => {
    const patch = searchReplace('a.ts', 'export const a = 1;', 'export const a = 2;');
    let state = '';
    const place = await room(() => {
      const journal = join(state, 'orch/journal');
      rmSync(journal, { recursive: true, force: true });
      writeFileSync(journal, 'in the way');
      return { kind: 'text', text: patch };
    });
    state = place.state;
    const { status, stderr } = await place.orch(...refactor(), '--apply');
    expect(status).toBe(2);
    expect(readFileSync(join(place.cwd, 'a.ts'), 'utf8')).toBe(files['a.ts']);
    const [, id = ''] = /the patch is kept: orch patch apply (\S+)/.exec(stderr) ?? [];
    rmSync(join(state, 'orch/journal'));
    expect((await place.orch('patch', 'apply', id)).status).toBe(0);
    expect(readFileSync(join(place.cwd, 'a.ts'), 'utf8')).toBe('export const a = 2;\n');
  });

  it('is placed anew in a file that was edited since, by the command that the error names', async () => {
    const patch = searchReplace('a.ts', 'export const a = 1;', 'export const a = 2;');
    const { cwd, env, orch } = await room({ kind: 'text', text: patch });
    const made = await orch(...refactor(), '--json');
    const { id } = JSON.parse(made.stdout).meta.patch;
    writeFileSync(join(cwd, 'a.ts'), `// Edited.\n${files['a.ts']}`);
    const { status, stderr } = await orch('patch', 'apply', id);
    expect(status).toBe(2);
    const [, run = '', place = ''] = /: orch runs show (\w+) \| orch (diff .*)$/m.exec(stderr) ?? [];
    expect(place).toBe('diff --from - -f a.ts --apply');
    expect(stderr).not.toContain('run the call again');
    const { stdout: stdin } = await orch('runs', 'show', run);
    expect((await orchInProcess(place.split(' '), { cwd, env, stdin })).status).toBe(0);
    expect(readFileSync(join(cwd, 'a.ts'), 'utf8')).toBe('// Edited.\nexport const a = 2;\n');
    rmSync(join(cwd, 'a.ts'));
    expect((await orch('patch', 'apply', id)).stderr).toContain('run the call again');
  });

  it('is placed anew as well when the file was edited during the call', async () => {
    let cwd = '';
    const place = await room(() => {
      writeFileSync(join(cwd, 'a.ts'), `// Edited.\n${files['a.ts']}`);
      return { kind: 'text', text: searchReplace('a.ts', 'export const a = 1;', 'export const a = 2;') };
    });
    cwd = place.cwd;
    const { status, stderr } = await place.orch(...refactor(), '--apply');
    expect(status).toBe(2);
    const [, run = ''] = /: orch runs show (\w+) \| orch diff --from - -f a\.ts --apply/.exec(stderr) ?? [];
    expect((await place.orch('runs', 'show', run)).stdout).toContain('export const a = 2;');
    expect(stderr).not.toMatch(/run the call again|orch patch apply|what came of the answer/);
  });

  it.runIf(existsSync('/dev/full'))('is kept when standard output is full', async () => {
    const text = '# Title\n\nText.\n';
    const { env, orch } = await room({ kind: 'text', text });
    const { status, stderr } = await builtOrch(['docs', 'x'], {
      env,
      through: ['sh', '-c', 'exec "$@" > /dev/full', 'sh'],
    });
    expect(status).toBe(2);
    expect((await orch('runs', 'show', hint.exec(stderr)?.[1] ?? '')).stdout).toBe(text);
  });

  it.runIf(existsSync('/dev/full'))(
    'has a hint that fits any command when nothing was paid for',
    async () => {
      const through = ['sh', '-c', 'exec "$@" > /dev/full', 'sh'];
      const { status, stderr } = await builtOrch(['models'], { through });
      expect(status).toBe(2);
      expect(stderr).toMatch(/hint: free up space, or redirect standard output/);
    },
  );

  it.runIf(process.platform !== 'win32')('is kept as far as it came at an interrupt', async () => {
    const { env, orch } = await room({
      kind: 'hang',
      after: 2,
      text: 'const a = 1;\nconst b = 2;\n',
      chunks: 3,
    });
    const child = spawnOrch(['run', 'code_generate', 'x', '--stream', '--no-stdin'], { env });
    const result = collect(child);
    child.stderr.on('data', (chunk: Buffer) => {
      if (chunk.includes('const a')) child.kill('SIGINT');
    });
    const { status, stderr } = await result;
    expect(status).toBe(130);
    const shown = await orch('runs', 'show', hint.exec(stderr)?.[1] ?? '');
    expect(shown.stdout).toMatch(/^const a/);
    expect(shown.stderr).toMatch(/ \| interrupted\n/);
  });
});

describe('what is kept of a call', () => {
  it('holds placeholders for secrets, as the request did', async () => {
    const secret = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const text = `const token = '${secret}';\nexport const a = 1;\n`;
    const { cwd, orch, runs } = await room(() => ({
      kind: 'text',
      text: searchReplace('a.ts', 'export const a = 1;', 'export const a = 2;'),
    }));
    writeFileSync(join(cwd, 'a.ts'), text);
    expect((await orch('run', 'refactor', `use ${secret}`, '-f', 'a.ts')).status).toBe(0);
    const kept = readdirSync(runs)
      .map((name) => readFileSync(join(runs, name), 'utf8'))
      .join('');
    expect(kept).toContain('redacted:');
    expect(kept).not.toContain(secret.slice(4));
  });

  it.runIf(process.platform !== 'win32')('is named when the wait for a reader is interrupted', async () => {
    const text = '# Title\n\nText.\n';
    const { cwd, env, orch, runs } = await room({ kind: 'text', text });
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    mkdirSync(runs, { recursive: true });
    const interrupt = new AbortController();
    // Kept before it is delivered.
    const watcher = watch(runs, (_event, name) => {
      if (name?.endsWith('.run')) interrupt.abort();
    });
    onTestFinished(() => watcher.close());
    const { status, stderr } = await orchInProcess(['docs', 'x', '-o', 'pipe'], {
      cwd,
      env,
      signal: interrupt.signal,
    });
    expect(status).toBe(130);
    expect(stderr).toMatch(/^error: interrupted while writing pipe\nhint: /m);
    expect((await orch('runs', 'show', hint.exec(stderr)?.[1] ?? '')).stdout).toBe(text);
  });
});

describe('a patch by its run', () => {
  const better = searchReplace('a.ts', 'export const a = 1;', 'export const a = 2;');
  const isWritten = (cwd: string) => readFileSync(join(cwd, 'a.ts'), 'utf8').includes('a = 2');

  it('is applied by the command in the summary, and as the last one', async () => {
    const { cwd, orch } = await room({ kind: 'text', text: better });
    const { stderr } = await orch(...refactor());
    const [, command = ''] = /^patch: orch (patch apply [0-9a-f]{8})$/m.exec(stderr) ?? [];
    expect((await orch('runs', 'show')).stderr).toContain(`patch: orch ${command}`);
    expect((await orch(...command.split(' '))).status).toBe(0);
    expect(isWritten(cwd)).toBe(true);
    expect(await orch('patch', 'apply', 'last')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('nothing to do'),
    });
  });

  it('is listed by the time that is shown, also if it was kept before one that began earlier', async () => {
    const { runs, orch } = await room({ kind: 'text', text: better });
    await orch(...refactor());
    await orch(...refactor('b.ts'));
    const kept = readdirSync(runs).filter((name) => name.endsWith('.run'));
    const began = kept.map((name) => JSON.parse(readFileSync(join(runs, name), 'utf8').split('\n')[0]!).ts);
    const first = kept[began[0] < began[1] ? 0 : 1]!;
    utimesSync(join(runs, first), new Date(), new Date(Date.now() + 60_000));
    const { stdout } = await orch('runs', 'list', '--json');
    const shown = JSON.parse(stdout).runs.map(({ ts }: { ts: string }) => ts);
    expect(shown).toEqual(began.sort().reverse());
  });

  it('is applied over MCP as well', async () => {
    const { cwd, env, orch } = await room({ kind: 'text', text: better });
    const { stdout } = await orch(...refactor(), '--json');
    const client = await connectInProcess({ cwd, env });
    const begin = JSON.parse(stdout).meta.run_id.slice(0, 8);
    expect(textOf(await call(client, 'patch.apply', { patch_id: begin }))).toContain('a.ts');
    expect(isWritten(cwd)).toBe(true);
  });

  it('is the last one also if a given answer brought it, until there is another run', async () => {
    const { cwd, env, orch } = await room({ kind: 'text', text: better });
    await orch(...refactor());
    const answer = folder({
      'answer.md': searchReplace('b.ts', 'export const b = 1;', 'export const b = 2;'),
    });
    const from = ['diff', '--from', join(answer, 'answer.md'), '-f', 'b.ts'];
    expect((await orch(...from)).status).toBe(0);
    const client = await connectInProcess({ cwd, env });
    expect(textOf(await call(client, 'patch.apply', { patch_id: 'last' }))).toContain('b.ts');
    expect(isWritten(cwd)).toBe(false);
    expect((await orch(...refactor())).status).toBe(0);
    expect((await orch('patch', 'apply', 'last')).stdout).toContain('a.ts');
    expect(isWritten(cwd)).toBe(true);
  });

  it('is not there when the run has none, or there is no run', async () => {
    const { orch } = await room({ kind: 'text', text: '# Title\n\nText.\n' });
    expect((await orch('patch', 'apply', 'last')).stderr).toContain('no patch and no run has been kept yet');
    await orch('docs', 'describe a');
    expect(await orch('patch', 'apply', 'last')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/run [0-9a-f]{32} \(docs: describe a\) has no patch\nhint: .*runs show/),
    });
  });
});

describe('orch runs', () => {
  it('shows a result that went to an MCP client, which it does not hold up', async () => {
    const text = '# Title\n\nText.\n';
    const { env, orch } = await room({ kind: 'text', text });
    const client = await connectInProcess({ env });
    await call(client, 'delegate.docs', { input: 'x' });
    await vi.waitFor(async () => expect((await orch('runs', 'show')).stdout).toBe(text));
  });

  it('shows a result as it was printed, and lists every run that sent a request', async () => {
    const { orch } = await room({ kind: 'text', text: '# Title\n\nText.\n' });
    expect(await orch('runs', 'list')).toMatchObject({ status: 0, stdout: '' });
    expect(await orch('runs', 'show')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no run has been kept yet'),
    });
    const first = await orch('docs', 'describe a', '-f', 'a.ts');
    await orch('docs', 'describe b\nand more', '-f', 'b.ts');
    const list = (await orch('runs', 'list')).stdout.split('\n');
    expect(list).toEqual([
      expect.stringMatching(
        /^[0-9a-f]{8} {2}20\S+ \S+ {2}done {2}gpt-6-luna {2}\$0\.0\d+ {2}docs: describe b$/,
      ),
      expect.stringMatching(/docs: describe a$/),
      '',
    ]);
    expect((await orch('runs', 'show', list[1]!.slice(0, 8))).stdout).toBe(first.stdout);
    const { runs } = JSON.parse((await orch('runs', 'list', '--json')).stdout);
    expect(runs).toHaveLength(2);
    expect(runs[0]).not.toHaveProperty('result');
  });

  it('keeps a run without any answer, so that `last` means the last', async () => {
    const { orch } = await room({
      kind: 'error',
      status: 401,
      message: 'Incorrect API key.',
      code: 'invalid_api_key',
    });
    const { stderr } = await orch('docs', 'x');
    expect(stderr).not.toMatch(hint);
    const shown = await orch('runs', 'show', 'last');
    expect(shown).toMatchObject({ status: 0, stdout: '', stderr: expect.stringContaining('no answer came') });
  });

  it.each(['../usage', '..', '/etc/passwd', 'x'.repeat(5000), 'a\u0000b', '', '*', '%2e%2e'])(
    'knows no run %j',
    async (reference) => {
      const { orch, runs, state } = await room(undefined);
      mkdirSync(runs, { recursive: true });
      writeFileSync(join(state, 'orch/usage.run'), '{}\n{}\n');
      expect((await orch('runs', 'show', reference)).status).toBe(2);
    },
  );

  it('shows the one before a last run that is damaged, and says so', async () => {
    const { orch, runs } = await room({ kind: 'text', text: '# Title\n\nText.\n' });
    await orch('docs', 'x');
    writeFileSync(join(runs, 'ab1.run'), '{"torn');
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(runs, 'ab1.run'), later, later);
    const { status, stdout, stderr } = await orch('runs', 'show', 'last');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '# Title\n\nText.\n' });
    expect(stderr).toMatch(/^warning: the kept run ab1 is damaged; this is the one before it\nrun /);
    expect(JSON.parse((await orch('runs', 'show', '--json')).stdout).warnings).toHaveLength(1);
    expect((await orch('patch', 'apply', 'last')).stderr).toContain('the kept run ab1 is damaged');
  });

  it('says which of several runs it could be, and which is damaged', async () => {
    const { orch, runs } = await room(undefined);
    mkdirSync(runs, { recursive: true });
    for (const id of ['ab1', 'ab2']) writeFileSync(join(runs, `${id}.run`), '{"torn');
    expect(await orch('runs', 'show', 'ab')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/2 runs begin with ab\nhint: .*ab[12], ab[12]/),
    });
    expect(await orch('runs', 'show', 'ab1')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('damaged'),
    });
    expect(await orch('runs', 'list')).toMatchObject({ status: 0, stdout: '' });
  });
});
