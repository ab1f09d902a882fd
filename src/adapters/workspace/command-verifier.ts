/** Runs the user's own command on a result: tests that fail, or do not run, are not accepted. */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { resultFileVariable } from '../../core/config/environment.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { Verifier, WorkspaceWriter, WriteJournal } from '../../engine/ports.ts';

export interface VerifierOptions {
  /** Run by the user's shell in `cwd`; `{}` is replaced by the quoted path of the file. */
  command: string;
  /** Where the result is tried, relative to `cwd`. */
  output: string;
  cwd: string;
  writer: WorkspaceWriter;
  journal: WriteJournal;
}

/** Of what the command prints, this much at the end is kept for the error. */
const keptCharacters = 2000;
const keptLines = 12;
/** How long a command that is stopped may take to tidy up before it is killed. */
const graceMs = 1000;
/** What the command has started may hold its pipes for ever: this long after its end nothing more is read. */
const drainMs = 100;
/** A shell's words for a command that it may not run, or does not find. */
const notRun = new Set([126, 127]);

export function commandVerifier({ command, output, cwd, writer, journal }: VerifierOptions): Verifier {
  return {
    async verify(result, signal) {
      const path = resolve(cwd, output);
      const { before, forget } = await journal.begin(output, result);
      let ok = false;
      let replaced = false;
      try {
        await writer.writeResult(path, result);
        replaced = true;
        const quoted = command.replaceAll('{}', () => shellQuoted(path));
        const { status, tail } = await run(quoted, { cwd, path, signal });
        if (status !== null && notRun.has(status)) {
          throw new OrchError('usage', `the command of --verify cannot be run${said(tail)}`, {
            hint: 'try it in a shell; {} stands for the test file',
          });
        }
        ok = status === 0;
        if (ok) return { ok, detail: '' };
        const kept = keepChange(path, result);
        return { ok, detail: `the command ended with ${status ?? 'a signal'}${said(tail)}${kept}` };
      } finally {
        // What cannot be restored now stays in the journal.
        if (replaced && !ok) await restore(path, before);
        forget();
      }
    },
  };

  /** Keeps what the file holds now if somebody has written it since: the command itself, or another program. */
  function keepChange(path: string, result: string): string {
    const now = statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : undefined;
    if (!now || now.equals(Buffer.from(result))) return '';
    return `; ${output} was changed while the command ran, and that version is kept in ${journal.keep(now, output)}`;
  }

  async function restore(path: string, before: Buffer | undefined): Promise<void> {
    try {
      if (before === undefined) rmSync(path, { force: true });
      else await writer.writeResult(path, before);
    } catch (cause) {
      throw new OrchError('write-failed', `${output} cannot be restored: ${(cause as Error).message}`, {
        hint: 'its old bytes are saved: the next orch tests with this --output restores it, or says where they are',
        cause,
      });
    }
  }
}

/** What a command printed, behind a colon: on the same line, or indented where it is several. */
function said(tail: string): string {
  if (tail === '') return ', and printed nothing';
  return tail.includes('\n') ? `:\n${tail.replace(/^/gm, '    ')}\n` : `: ${tail}`;
}

function shellQuoted(path: string): string {
  return process.platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
}

async function run(
  command: string,
  { cwd, path, signal }: { cwd: string; path: string; signal: AbortSignal },
): Promise<{ status: number | null; tail: string }> {
  signal.throwIfAborted();
  const { spawn } = await import('node:child_process');
  // What a model wrote is about to run: it gets no key, nor a header that may hold one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^OPENAI_/i.test(name)));
  return new Promise((fulfil, reject) => {
    // A group of its own, so that an abort ends what the shell has started too.
    const detached = process.platform !== 'win32';
    const child = spawn(command, {
      cwd,
      shell: true,
      detached,
      env: { ...env, [resultFileVariable]: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let tail = '';
    const keep = (chunk: string) => {
      tail = (tail + chunk).slice(-keptCharacters);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const end = (how: NodeJS.Signals) => {
      try {
        if (detached && child.pid !== undefined) process.kill(-child.pid, how);
        else child.kill(how);
      } catch {
        // It has ended by itself meanwhile.
      }
    };
    let stopped = false;
    let killing: NodeJS.Timeout | undefined;
    let draining: NodeJS.Timeout | undefined;
    const stop = () => {
      stopped ||= child.exitCode === null && child.signalCode === null;
      end('SIGTERM');
      killing = setTimeout(() => end('SIGKILL'), graceMs);
    };
    const finish = (status: number | null) => {
      signal.removeEventListener('abort', stop);
      clearTimeout(killing);
      clearTimeout(draining);
      child.stdout.destroy();
      child.stderr.destroy();
      // What takes no notice of being asked must not outlive the call.
      if (signal.aborted) end('SIGKILL');
      const lines = tail.trim().split('\n').slice(-keptLines);
      // A command that was stopped has shown nothing, whatever it makes of it.
      fulfil({ status: stopped ? null : status, tail: lines.join('\n') });
    };
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.on('exit', (status) => {
      // The shell may be gone at once while what it has started still tidies up.
      draining = setTimeout(() => finish(status), signal.aborted ? graceMs + drainMs : drainMs);
    });
    child.on('close', finish);
  });
}
