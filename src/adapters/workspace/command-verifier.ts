/** Runs the user's command on a result: tests that fail or do not run are rejected. */
import { resolve } from 'node:path';
import { resultFileVariable } from '../../core/config/environment.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { cutLog, tidyLog } from '../../core/input/log/cut-log.ts';
import type { TreeWriter, Verifier } from '../../engine/ports.ts';
import { missingCommand } from './missing-command.ts';

export interface VerifierOptions {
  /** Run by the user's shell in `cwd`; `{}` is replaced with the quoted path of the file. */
  command: string;
  /** File that the result is written to, relative to `cwd`. */
  output: string;
  cwd: string;
  tree: TreeWriter;
}

/** How much of the end of the command's output the evidence is looked for in, and how much of it the error shows. */
const readCharacters = 256 * 1024;
const shownCharacters = 2000;
/** Time for a stopped command to clean up before it is killed. */
const graceMs = 1000;
/** Background processes may keep the pipes open, so reading stops this long after the command exits. */
const drainMs = 100;
/** Shell exit statuses for a command that is not executable or not found. */
const notRun = new Set([126, 127]);

export function commandVerifier({ command, output, cwd, tree }: VerifierOptions): Verifier {
  return {
    assertPossible() {
      const missing = missingCommand(command, { cwd });
      // The result may be the command itself.
      if (missing !== undefined && resolve(cwd, missing) !== resolve(cwd, output))
        throw cannotRun(`: ${missing} is not ${missing.includes('/') ? 'there' : 'on the PATH'}`);
    },
    async verify(result, signal) {
      const { end } = await tree.trial(output, result);
      let kept: string | undefined;
      let outcome: CommandOutcome | undefined;
      try {
        const path = resolve(cwd, output);
        outcome = await run(
          command.replaceAll('{}', () => shellQuoted(path)),
          { cwd, path, signal },
        );
      } finally {
        // Also if it has passed: until the result is recorded, a kill must leave the old file.
        kept = await end();
      }
      const { status, shown } = outcome;
      const warning =
        kept === undefined
          ? undefined
          : `${output} was changed while the command ran, and that version is kept in ${kept}`;
      const changed = warning === undefined ? '' : `; ${warning}`;
      if (status !== null && notRun.has(status)) {
        throw cannotRun(`${outputText(shown)}${changed}`);
      }
      if (status === 0) return { ok: true, detail: '', warning };
      return {
        ok: false,
        detail: `the command exited with ${status ?? 'a signal'}${outputText(shown)}${changed}`,
      };
    },
  };
}

function cannotRun(why: string): OrchError {
  return new OrchError('usage', `the --verify command cannot be run${why}`, {
    hint: 'try it in a shell; {} stands for the test file',
  });
}

/** A command's output after a colon: on the same line, or indented if there are several lines. */
function outputText(shown: string): string {
  if (shown === '') return ' and printed nothing';
  return shown.includes('\n') ? `:\n${shown.replace(/^/gm, '    ')}\n` : `: ${shown}`;
}

function shellQuoted(path: string): string {
  return process.platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Test runners name the failing test and the two values far above the totals that they end with. */
function evidenceIn(output: string): string {
  const text = tidyLog(output.trim());
  return (
    cutLog(text, { maxCharacters: shownCharacters, label: 'the output' }) ?? text.slice(-shownCharacters)
  );
}

interface CommandOutcome {
  /** Null if it was ended by a signal. */
  status: number | null;
  /** Of what it printed, the lines that say why it failed, and the end. */
  shown: string;
}

async function run(
  command: string,
  { cwd, path, signal }: { cwd: string; path: string; signal: AbortSignal },
): Promise<CommandOutcome> {
  signal.throwIfAborted();
  const { spawn } = await import('node:child_process');
  // Code written by a model is about to run: it gets no key, and no header that may contain one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^OPENAI_/i.test(name)));
  return new Promise((fulfil, reject) => {
    // In its own process group, so that an abort also ends what the shell started.
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
      tail = (tail + chunk).slice(-readCharacters);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const end = (killSignal: NodeJS.Signals) => {
      try {
        if (detached && child.pid !== undefined) process.kill(-child.pid, killSignal);
        else child.kill(killSignal);
      } catch {
        // It has already exited.
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
      // Processes that ignore SIGTERM must not outlive the call.
      if (signal.aborted) end('SIGKILL');
      // The exit status of a stopped command means nothing.
      fulfil({ status: stopped ? null : status, shown: evidenceIn(tail) });
    };
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.on('exit', (status) => {
      // The shell may exit while processes it started are still cleaning up.
      draining = setTimeout(() => finish(status), signal.aborted ? graceMs + drainMs : drainMs);
    });
    child.on('close', finish);
  });
}
