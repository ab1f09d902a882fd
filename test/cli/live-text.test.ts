/** Text that is shown on a terminal as it comes. */
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type Actions, buildProgram } from '../../src/cli/program.ts';
import { runOperation } from '../../src/cli/run-operation.ts';
import type { IOStreams } from '../../src/cli/streams.ts';
import { createFactory } from '../../src/factory.ts';
import { serve } from '../rehearsal/bench.ts';
import { byModel } from '../rehearsal/script.ts';

async function onTerminal(logLevel: string) {
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
  const streams = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    say: (label: string, text: string) => err.push(`${label}: ${text}\n`),
    stdoutIsTerminal: true,
    stderrIsLive: true,
    stdinIsPiped: false,
    readStdin: async () => '',
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
  const argv = ['run', 'docs', 'x'];
  const actions = {
    run: async (...[operation, fields, command]: Parameters<Actions['run']>) =>
      void (await runOperation(operation, fields, command, { argv, streams, signal, factory })),
  } as Actions;
  const program: Command = buildProgram(actions, 'run');
  await program.parseAsync(argv, { from: 'user' });
  await factory.close();
  return { out: out.join(''), err: err.join('') };
}

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
