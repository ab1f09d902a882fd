/** What is interrupted leaves a closed connection, a row in the record and no file of its own. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  utimesSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { formatUsd } from '../../src/core/text/format.ts';
import { orchInProcess } from '../helpers/cli.ts';
import { bareEnvironment, bin, collect, folder, provider, spawnOrch } from '../helpers/orch.ts';
import type { Scenario } from '../rehearsal/scenario.ts';

const posix = process.platform !== 'win32';
const run = promisify(execFile);
const code = 'export function total(a, b) {\n  return a + b;\n}\n';

const recorded = (state: string) =>
  parseUsageCsv(readFileSync(join(state, 'orch/usage.csv'), 'utf8')).records;
const errors = (state: string) => recorded(state).map(({ error }) => error);

/** State, temporary files and the workspace, each in a folder of its own. */
function places() {
  const [state, temporary, cwd] = [folder(), folder(), folder({ 'cart.js': code })];
  return { state, temporary, cwd, env: { XDG_STATE_HOME: state, TMPDIR: temporary } };
}

/** Each silence and each signal once. */
const silences: [string, NodeJS.Signals, Scenario][] = [
  ['before the headers', 'SIGINT', { kind: 'hang', after: 'request' }],
  ['after the headers', 'SIGTERM', { kind: 'hang', after: 'headers' }],
  ['half way', 'SIGHUP', { kind: 'hang', after: 2 }],
];

describe.runIf(posix)('an interrupt while the provider is silent', () => {
  it.each(silences)('%s: %s closes the connection and is recorded', async (_where, signal, scenario) => {
    const { state, temporary, cwd, env } = places();
    const { server, env: upstream } = await provider({ answer: scenario });
    const child = spawnOrch(['diff', 'rename it', '-f', 'cart.js', '--apply', '--no-stdin'], {
      cwd,
      env: { ...upstream, ...env },
    });
    const result = collect(child);
    await server.waitForRequest();
    child.kill(signal);
    await server.waitForAbort();
    const { status, stdout, stderr } = await result;
    expect({ status, stdout }).toEqual({ status: 130, stdout: '' });
    const [row, ...more] = recorded(state);
    expect({ ...row, more }).toMatchObject({ error: 'cancelled', cost_source: 'estimated', more: [] });
    // Whether anything of the answer has come by then, and is kept, is a race.
    expect(stderr.replace(/^hint: what came of the answer is kept: .*\n/m, '')).toBe(
      `error: interrupted\ncost at most ${formatUsd(row!.cost_usd!)} (an attempt may have been billed), run ${row!.run_id}\n`,
    );
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(cwd)).toEqual(['cart.js']);
    expect(readFileSync(join(cwd, 'cart.js'), 'utf8')).toBe(code);
  });
});

/** A git that does its work but the last: it tells that its scratch folder is there, and waits to be ended. */
async function hangingGit(): Promise<{ path: string; reached: Promise<unknown> }> {
  const real = (await run('sh', ['-c', 'command -v git'])).stdout.trim();
  const path = folder({
    git: `#!/bin/sh\ncase "$*" in *' -C '*) echo > "$0.fifo"; exec cat "$0.end";; esac\nexec ${real} "$@"\n`,
  });
  chmodSync(join(path, 'git'), 0o755);
  await run('mkfifo', [join(path, 'git.fifo'), join(path, 'git.end')]);
  const reader = spawn('cat', [join(path, 'git.fifo')]);
  onTestFinished(() => {
    reader.kill();
    // Whatever still waits here is let go.
    closeSync(openSync(join(path, 'git.end'), constants.O_RDWR | constants.O_NONBLOCK));
  });
  return { path, reached: once(reader.stdout, 'data') };
}

describe.runIf(posix)('a patch that is being checked', () => {
  async function checking() {
    const { state, temporary, cwd, env } = places();
    const { env: upstream } = await provider();
    const git = await hangingGit();
    const child = spawnOrch(['diff', 'rename total to sum', '-f', 'cart.js'], {
      cwd,
      env: { ...upstream, ...env, PATH: `${git.path}${delimiter}${process.env.PATH}` },
    });
    child.stdin.end();
    const result = collect(child);
    await git.reached;
    return { state, temporary, cwd, env: { ...upstream, ...env }, child, result };
  }

  it('leaves no folder behind when it is interrupted, and was billed', async () => {
    const { state, temporary, child, result } = await checking();
    expect(readdirSync(temporary)).toEqual([expect.stringMatching(/^orch-check-/)]);
    child.kill('SIGINT');
    expect((await result).status).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(join(state, 'orch/temporaries'))).toEqual([]);
    const [row] = parseUsageCsv(readFileSync(join(state, 'orch/usage.csv'), 'utf8')).records;
    expect(row).toMatchObject({ error: 'cancelled', output_tokens: expect.any(Number) });
  });

  it('that was killed is cleared away by a later call, and not by a start alone', async () => {
    const { state, temporary, cwd, env, child, result } = await checking();
    child.kill('SIGKILL');
    await result;
    const notes = join(state, 'orch/temporaries');
    const [note] = readdirSync(notes);
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(join(notes, note!), anHourAgo, anHourAgo);

    // The note says where the folder is.
    const { TMPDIR: _, ...rest } = env;
    await orchInProcess(['route', 'refactor', '--explain'], { cwd, env: rest });
    expect(readdirSync(temporary)).toHaveLength(1);
    const { status } = await orchInProcess(['docs', 'x'], { cwd, env: rest });
    expect(status).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(notes)).not.toContain(note);
  });
});

/** Only the one of util-linux takes `-c`. */
const script = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

describe.runIf(script)('a terminal', () => {
  /** `command` runs in a terminal of its own; its output is dropped. */
  function onTerminal(command: string, cwd: string, env: Record<string, string>) {
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd,
      env: bareEnvironment({ ...env, TERM: 'xterm', COLUMNS: undefined }),
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  it('that nobody has given a size shows no spinner that never ends', async () => {
    const cwd = folder();
    const command = `stty rows 0 cols 0; ${process.execPath} ${bin} docs x -o out.md --rehearse`;
    const child = onTerminal(command, cwd, {});
    const [status] = await once(child, 'exit');
    expect(status).toBe(0);
    expect(existsSync(join(cwd, 'out.md'))).toBe(true);
  });

  it.each([
    ['a spinner', 'docs x -o out.md'],
    ['the answer as it comes', 'run deep_reasoning x'],
  ])('that is closed under %s closes the connection, is recorded, and dumps no core', async (_name, args) => {
    const { state, cwd, env } = places();
    const { server, env: upstream } = await provider({ answer: { kind: 'hang', after: 2 } });
    await run('mkfifo', [join(cwd, 'status')]);
    // The shell hands the signal on, as shells do, and outlives the terminal to tell how the command ended.
    const command = `stty rows 24 cols 80; ${process.execPath} ${bin} ${args} < /dev/tty & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? > status`;
    const terminal = onTerminal(command, cwd, { ...upstream, ...env });
    await server.waitForRequest();
    const status = run('cat', [join(cwd, 'status')]);
    terminal.kill('SIGKILL');
    await server.waitForAbort();
    // 128 and the number of SIGHUP; an abort would be 134.
    expect((await status).stdout.trim()).toBe('129');
    expect(errors(state)).toEqual(['cancelled']);
    expect(existsSync(join(cwd, 'out.md'))).toBe(false);
  });
});
