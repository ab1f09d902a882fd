/** The streams of the process. The only file of the command line that touches stdout. */
import { fstatSync, statSync } from 'node:fs';
import { devNull } from 'node:os';
import chalk, { type ChalkInstance, chalkStderr } from 'chalk';
import type { Ora } from 'ora';
import { readToEnd, type StdinWait } from './stdin.ts';

export interface IOStreams {
  /** The result and nothing else. */
  out(text: string): void;
  /** Progress, hints, errors. */
  err(text: string): void;
  /** One labelled line of them: `warning: …`. */
  say(label: Label, text: string): void;
  /** For what goes to `out`; without effect where colour is not wanted. */
  readonly outStyle: ChalkInstance;
  /** The same for `err`. */
  readonly errStyle: ChalkInstance;
  readonly stdoutIsTerminal: boolean;
  /** Width of the terminal that the result goes to; undefined: it goes elsewhere. */
  readonly stdoutColumns: number | undefined;
  /** The same for what goes to `err`. */
  readonly stderrColumns: number | undefined;
  /** Spinners and live text may be shown on stderr. */
  readonly stderrIsLive: boolean;
  /** A line on stderr that turns, for a terminal alone. */
  startSpinner(): Promise<Ora>;
  /** Standard input is a pipe or a file: not a terminal, not /dev/null. */
  readonly stdinIsPiped: boolean;
  /** Everything on standard input. Without a wait its end is waited for without a limit. */
  readStdin(wait?: StdinWait): Promise<string>;
}

export interface ProcessStreams extends IOStreams {
  /** Why the result could not be written, e.g. ENOSPC; undefined while it could. A closed pipe is no failure. */
  outFailure(): string | undefined;
  /** Any of the three standard streams began as a terminal. */
  onTerminal(): boolean;
  /** Resolves when all that was written has left the process. */
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

/** `hint: …` as a line, with the label in its colour. */
export function labelled(label: Label, text: string, style: ChalkInstance): string {
  return `${style[labelColors[label]](`${label}:`)} ${text}\n`;
}

/** `interrupt` ends the wait for standard input: reading it then fails. */
export function processStreams(interrupt: AbortSignal): ProcessStreams {
  // Chalk heeds FORCE_COLOR and the terminal, and not this.
  if (process.env.NO_COLOR && process.env.FORCE_COLOR === undefined) {
    chalk.level = 0;
    chalkStderr.level = 0;
  }
  let failure: string | undefined;
  // A terminal that nobody has given a size has 0 columns, and a spinner there never stops clearing lines.
  const { isTTY, columns } = process.stderr;
  const stdoutIsTerminal = process.stdout.isTTY === true;
  const out = writer(process.stdout, (code) => {
    failure ??= code;
  });
  const err = writer(process.stderr, () => {});
  const live = isTTY === true && columns > 0 && !process.env.CI && process.env.TERM !== 'dumb';
  return {
    // A file or a pipe is given every byte.
    out: (chunk) => out(stdoutIsTerminal ? printable(chunk) : chunk),
    err: (chunk) => err(printable(chunk)),
    say: (label, text) => err(printable(labelled(label, text, chalkStderr))),
    outStyle: chalk,
    errStyle: chalkStderr,
    outFailure: () => failure,
    stdoutIsTerminal,
    stdoutColumns: stdoutIsTerminal && process.stdout.columns > 0 ? process.stdout.columns : undefined,
    stderrColumns: isTTY === true && columns > 0 ? columns : undefined,
    // A terminal that was closed no longer says that it is one.
    onTerminal: () => stdoutIsTerminal || isTTY === true || stdinIsTerminal(),
    stderrIsLive: live,
    async startSpinner() {
      const { default: ora } = await import('ora');
      // Left to itself ora takes the terminal's input, and with it the Ctrl-C.
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

/**
 * What a terminal would obey, in a model's answer or a file's name, is shown as an escape instead. Line breaks,
 * tabs and colours stay.
 */
export function printable(text: string): string {
  return text.replace(commands, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const commands = /\x1b(?!\[[0-9;]*m)|\r(?!\n|$)|[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]/g;

/** A reader that has seen enough closes its end: `orch … | head -1` is no error. */
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
