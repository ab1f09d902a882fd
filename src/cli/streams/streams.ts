/** The streams of the process. The only file of the command line that touches stdout. */
import { fstatSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import chalk, { type ChalkInstance, chalkStderr } from 'chalk';
import type { Ora } from 'ora';
import { printable } from '../../core/text/hidden.ts';
import { type PipeWait, readToEnd } from './stdin.ts';

export interface IOStreams {
  /** The result and nothing else. `ifLost`: what the user can do if it cannot be written. */
  out(text: string, ifLost?: string): void;
  /** Progress, hints, errors. */
  err(text: string): void;
  /** A labelled line on stderr: `warning: …`. */
  say(label: Label, text: string): void;
  /** As `out` and `err`, for text with colours of ours: whatever comes from outside has passed `printable` before. */
  outStyled(text: string): void;
  errStyled(text: string): void;
  /** What `err` would make of the text, for what is shown another way. */
  shown(text: string): string;
  /** Styles text for `outStyled`; does nothing if colour is off. */
  readonly outStyle: ChalkInstance;
  /** The same for `errStyled`. */
  readonly errStyle: ChalkInstance;
  readonly stdoutIsTerminal: boolean;
  /** COLUMNS, or the width of the terminal on stdout; undefined if neither is known. */
  readonly stdoutColumns: number | undefined;
  /** The same for stderr. */
  readonly stderrColumns: number | undefined;
  /** Somebody waits at a terminal for what stderr says. */
  readonly stderrIsWatched: boolean;
  /** It may also show spinners and live text. */
  readonly stderrIsLive: boolean;
  /** Only for a terminal. */
  startSpinner(): Promise<Ora>;
  /** Standard input is a pipe or a file: not a terminal, not /dev/null. */
  readonly stdinIsPiped: boolean;
  /** Everything on standard input. Without `wait` there is no time limit. */
  readStdin(wait?: PipeWait): Promise<string>;
}

export interface ProcessStreams extends IOStreams {
  /** Why the result could not be written, e.g. ENOSPC; undefined if nothing failed. A closed pipe is not a failure. */
  outFailure(): string | undefined;
  /** What can be done about it, if a result was lost. */
  lossHint(): string | undefined;
  /** Whether any of the three standard streams was a terminal at the start. */
  onTerminal(): boolean;
  /** Resolves when all output has left the process. */
  flush(): Promise<void>;
}

export type Label = 'error' | 'internal error' | 'hint' | 'warning' | 'alert' | 'note';

const labelColors = {
  error: 'red',
  'internal error': 'red',
  hint: 'cyan',
  warning: 'yellow',
  alert: 'yellow',
  note: 'dim',
} as const satisfies Record<Label, string>;

/** A line such as `hint: …`, with the label in its colour. */
export function labelled(label: Label, text: string, style: ChalkInstance): string {
  return `${style[labelColors[label]](`${label}:`)} ${text}\n`;
}

/** `interrupt` makes a pending read of standard input fail. */
export function processStreams(interrupt: AbortSignal): ProcessStreams {
  // Chalk heeds FORCE_COLOR and the terminal, and not this.
  if (process.env.NO_COLOR && process.env.FORCE_COLOR === undefined) {
    chalk.level = 0;
    chalkStderr.level = 0;
  }
  let failure: string | undefined;
  let hint: string | undefined;
  // A terminal without a size has 0 columns, which would make the spinner clear lines for ever.
  const { isTTY, columns } = process.stderr;
  const stdoutIsTerminal = process.stdout.isTTY === true;
  // Exported only by somebody who means it: a shell keeps its own to itself.
  const asked = /^[1-9]\d*$/.test(process.env.COLUMNS ?? '') ? Number(process.env.COLUMNS) : undefined;
  const out = writer(process.stdout, (code) => {
    failure ??= code;
  });
  const err = writer(process.stderr, () => {});
  const watched = isTTY === true && !process.env.CI;
  const live = watched && columns > 0 && process.env.TERM !== 'dumb';
  return {
    // A file or a pipe gets every byte unchanged; a terminal shows what it would otherwise obey or hide.
    out: (chunk, ifLost) => {
      hint = ifLost ?? hint;
      out(stdoutIsTerminal ? printable(chunk) : chunk);
    },
    err: (chunk) => err(printable(chunk)),
    outStyled: out,
    errStyled: err,
    say: (label, text) => err(labelled(label, printable(text), chalkStderr)),
    shown: printable,
    outStyle: chalk,
    errStyle: chalkStderr,
    outFailure: () => failure,
    lossHint: () => hint,
    stdoutIsTerminal,
    stdoutColumns:
      asked ?? (stdoutIsTerminal && process.stdout.columns > 0 ? process.stdout.columns : undefined),
    stderrColumns: asked ?? (isTTY === true && columns > 0 ? columns : undefined),
    // Once closed, a terminal no longer reports as one: hence the values from the start.
    onTerminal: () => stdoutIsTerminal || isTTY === true || stdinIsTerminal(),
    stderrIsWatched: watched,
    stderrIsLive: live,
    async startSpinner() {
      const { default: ora } = await import('ora');
      // By default ora takes over the terminal's input, including Ctrl-C.
      const color = process.env.NO_COLOR ? { color: false as const } : {};
      return ora({ stream: process.stderr, discardStdin: false, ...color }).start('working …');
    },
    stdinIsPiped: stdinIsPiped(),
    readStdin: (wait) => readToEnd(process.stdin, interrupt, wait),
    flush: async () => {
      await Promise.all([drained(process.stdout), drained(process.stderr)]);
    },
  };
}

/** A reader may close its end early: `orch … | head -1` is not an error. */
function writer(stream: NodeJS.WriteStream, onFailure: (code: string) => void): (chunk: string) => void {
  let closed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // EIO: the terminal was closed.
    if (error.code !== 'EPIPE' && error.code !== 'EIO') onFailure(error.code ?? error.message);
    closed = true;
  });
  return (chunk) => {
    if (!closed) stream.write(chunk);
  };
}

function stdinIsPiped(): boolean {
  try {
    const stats = fstatSync(0);
    return stats.isFIFO() || stats.isFile() || stats.isSocket();
  } catch {
    return false;
  }
}

function stdinIsTerminal(): boolean {
  try {
    const stats = fstatSync(0);
    return stats.isCharacterDevice() && stats.rdev !== statSync(devNull).rdev;
  } catch {
    return false;
  }
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}
