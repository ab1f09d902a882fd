/** Text that is shown on a terminal as it comes. */
import { spawn, spawnSync } from 'node:child_process';
import { Chalk } from 'chalk';
import type { Command } from 'commander';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Actions, buildProgram } from '../../src/cli/program.ts';
import { runCommand } from '../../src/cli/run-command.ts';
import type { IOStreams } from '../../src/cli/streams/streams.ts';
import { createFactory } from '../../src/factory.ts';
import { bareEnvironment, bin, folder, provider } from '../helpers/orch.ts';
import { serve } from '../rehearsal/bench.ts';
import { byModel } from '../rehearsal/script.ts';

async function onTerminal(logLevel: string, ...flags: string[]) {
  return on({ stdoutIsTerminal: true, stderrIsWatched: true, stderrIsLive: true }, logLevel, ...flags);
}

async function on(what: Partial<IOStreams>, logLevel: string, ...flags: string[]) {
  const server = await serve({
    today: () => '2026-11-22',
    answer: byModel({
      'gpt-6-luna': [
        { kind: 'cut', after: 4, text: 'The first answer.' },
        { kind: 'text', text: 'The second answer.\n' },
      ],
    }),
  });
  const out: string[] = [];
  const err: string[] = [];
  let spinners = 0;
  const streams = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    say: (label: string, text: string) => err.push(`${label}: ${text}\n`),
    errStyled: (text: string) => err.push(text),
    errStyle: new Chalk({ level: 0 }),
    stdinIsPiped: false,
    readStdin: async () => '',
    shown: (text: string) => text,
    startSpinner: async () => {
      spinners++;
      return {
        isSpinning: true,
        clear: () => err.push('<clear>'),
        stop() {
          this.isSpinning = false;
          err.push('<stop>');
        },
        start() {
          this.isSpinning = true;
          err.push('<start>');
        },
      };
    },
    ...what,
  } as unknown as IOStreams;
  const factory = createFactory({
    cwd: process.cwd(),
    variables: {
      OPENAI_API_KEY: 'sk-proj-0123456789abcdef',
      OPENAI_BASE_URL: server.url,
      ORCH_USAGE_CSV: 'off',
      ORCH_LOG_LEVEL: logLevel,
    },
    writeLog: () => {},
    defaultLogLevel: 'warn',
  });
  const { signal } = new AbortController();
  const argv = ['run', 'docs', 'x', ...flags];
  const actions = {
    run: async (...[operation, fields, command]: Parameters<Actions['run']>) =>
      void (await runCommand(operation, fields, command, { argv, streams, signal, factory })),
  } as Actions;
  const program: Command = buildProgram(actions);
  await program.parseAsync(argv, { from: 'user' });
  await factory.close();
  return { out: out.join(''), err: err.join(''), spinners };
}

describe('the wait', () => {
  it('has a line for each attempt on a terminal that nothing can move on', async () => {
    const { err, spinners } = await on({ stdoutIsTerminal: true, stderrIsWatched: true }, 'warn');
    expect(spinners).toBe(0);
    expect(err.match(/^gpt-6-luna waiting(, attempt 2)? …$/gm)).toEqual([
      'gpt-6-luna waiting …',
      'gpt-6-luna waiting, attempt 2 …',
    ]);
  });

  it('has a spinner before the preview of an answer that goes to a file', async () => {
    const { err, out, spinners } = await on({ stderrIsWatched: true, stderrIsLive: true }, 'warn');
    expect(spinners).toBe(1);
    expect(out).toBe('The second answer.\n');
    // Nothing moves the cursor within a text.
    expect(err).toMatch(
      /route: .*<stop>The [^<]*\nretry: [^<]*\n<start>(<clear>)?<stop>The second answer\.\n[^<]*$/s,
    );
  });

  it.each([
    { stderrIsWatched: false, flags: [] },
    { stderrIsWatched: true, flags: ['--json'] },
    { stderrIsWatched: true, flags: ['-q'] },
  ])('has no sign for nobody, and none that was not wanted: %j', async ({ stderrIsWatched, flags }) => {
    const { err, spinners } = await on({ stderrIsWatched, stderrIsLive: stderrIsWatched }, 'warn', ...flags);
    expect(spinners).toBe(0);
    expect(err).not.toContain('…');
  });
});

describe('an answer that starts again', () => {
  it.each(['warn', 'error', 'silent'])(
    'stands on lines of its own, once, with log level %s',
    async (level) => {
      const { out, err } = await onTerminal(level);
      expect(out).toMatch(/^The .*\nThe second answer\.\n$/);
      expect(err).toContain('the partial answer above is discarded; starting again\n');
    },
  );
});

describe('a quiet run', () => {
  it('shows no spinner, and of the rest only the summary', async () => {
    expect(await onTerminal('error')).toMatchObject({ spinners: 0 });
    expect((await onTerminal('warn')).spinners).toBe(1);
    const { err, spinners } = await onTerminal('warn', '-q');
    expect(spinners).toBe(0);
    expect(err).toMatch(
      /^the partial answer above is discarded; starting again\ngpt-6-luna \| task=docs .* ms( \| \d+ warnings?)?\n$/,
    );
  });
});

/** Only the one of util-linux takes `-c`. */
const script = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

describe.runIf(script)('the wait for the first word, on a terminal', () => {
  /** What the terminal gets. `seen` resolves when it has got the text. */
  function terminal(args: string, env: Record<string, string>) {
    const command = `stty rows 24 cols 40; exec ${process.execPath} ${bin} ${args}`;
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: folder(),
      env: bareEnvironment({ TERM: 'xterm', COLUMNS: undefined, ...env }),
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let all = '';
    const waiting: (() => void)[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      all += chunk.toString('utf8');
      for (const look of waiting) look();
    });
    const seen = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => all.includes(text) && resolve();
        waiting.push(look);
        look();
      });
    const ended = new Promise<string>((resolve) => child.on('close', () => resolve(all)));
    return { seen, ended };
  }

  it('shows model, what it does, seconds and attempt, and gives way to the text', async () => {
    const answer = 'The answer. It comes in many pieces,\nwhich stay where they are.\n';
    const rest = 'Run this\rNot this\n';
    const saw: Partial<Record<'first' | 'second', () => void>> = {};
    const first = new Promise<void>((resolve) => (saw.first = resolve));
    const second = new Promise<void>((resolve) => (saw.second = resolve));
    const { env } = await provider({
      answer: [
        { kind: 'cut', after: 0, text: 'Never seen.', pauses: [{ at: 'headers', until: first }] },
        { kind: 'text', text: `${answer}${rest}`, pauses: [{ at: 'headers', until: second }] },
      ],
    });
    const { seen, ended } = terminal('run deep_reasoning x', env);
    void seen('gpt-6.2-sol thinking … 0 s').then(saw.first);
    void seen('gpt-6.2-sol thinking, attempt 2 … 0 s').then(saw.second);
    const all = await ended;
    const text = all.indexOf('The answer.');
    expect(text).toBeGreaterThan(all.indexOf('attempt 2'));
    expect(all.slice(text)).not.toContain('attempt 2');
    expect(all).toContain(answer.replaceAll('\n', '\r\n'));
    expectNotWrittenOver(all);
    // The line is cleared and the cursor is back before the text.
    expect(all.slice(0, text)).toMatch(/\x1b\[\d?K.*\x1b\[\?25h$/s);
  });

  const expectNotWrittenOver = (all: string) => {
    expect(all).toContain('Run this');
    expect(all).not.toMatch(/Run this\r(?!\n)/);
    expect(all).toContain('\\u000dNot this');
  };

  it.each(['', ' --stream > /dev/null'])(
    'leaves the text as it stands, and lets none be written over by the rest%s',
    async (to) => {
      const text = 'The whole answer.\nRun this\rNot this\n';
      const { env } = await provider({ answer: { kind: 'text', text, chunks: 5 } });
      const all = await terminal(`run deep_reasoning x${to}`, { ...env, NO_COLOR: '1' }).ended;
      expect(all).toContain('The whole answer.\r\n');
      expectNotWrittenOver(all);
    },
  );

  it('shows nothing where nobody watches', async () => {
    const { env } = await provider({ answer: { kind: 'text', text: 'The answer.\n' } });
    const all = await terminal('docs x', { ...env, CI: '1' }).ended;
    expect(all).toContain('The answer.');
    expect(all).not.toMatch(/\x1b\[\?25|…/);
  });
});
