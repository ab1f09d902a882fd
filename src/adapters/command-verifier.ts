/** Runs the user's own command on a result: tests that fail, or do not run, are not accepted. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scratchFolder, type Temporaries } from './temporaries.ts';
import type { WorkspaceWriter } from './workspace-writer.ts';

export interface Verifier {
  /** The result lies in the file while the command runs; a refused one is taken away again. */
  verify(result: string, signal: AbortSignal): Promise<{ ok: boolean; detail: string }>;
}

export interface VerifierOptions {
  /** Run by the user's shell in `cwd`; `{}` is replaced by the quoted path of the file. */
  command: string;
  /** Undefined: a temporary file. */
  output: string | undefined;
  cwd: string;
  writer: WorkspaceWriter;
  temporaries: Temporaries;
}

/** Of what the command prints, this much at the end is kept for the error. */
const keptCharacters = 2000;

export function commandVerifier({ command, output, cwd, writer, temporaries }: VerifierOptions): Verifier {
  return {
    async verify(result, signal) {
      const scratch = output === undefined ? scratchFolder('verify', temporaries) : undefined;
      const path = scratch === undefined ? resolve(cwd, output!) : join(scratch.path, 'result');
      const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      let ok = false;
      try {
        await writer.writeResult(path, result);
        const { status, tail } = await run(
          command.replaceAll('{}', () => shellQuoted(path)),
          {
            cwd,
            path,
            signal,
          },
        );
        ok = status === 0;
        return { ok, detail: ok ? '' : `the command ended with ${status ?? 'a signal'}: ${tail}` };
      } finally {
        if (scratch !== undefined) scratch.remove();
        else if (!ok && before === undefined) rmSync(path, { force: true });
        else if (!ok) await writer.writeResult(path, before!);
      }
    },
  };
}

function shellQuoted(path: string): string {
  return process.platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`;
}

async function run(
  command: string,
  { cwd, path, signal }: { cwd: string; path: string; signal: AbortSignal },
): Promise<{ status: number | null; tail: string }> {
  const { spawn } = await import('node:child_process');
  return new Promise((fulfil, reject) => {
    // A group of its own, so that an abort ends what the shell has started too.
    const detached = process.platform !== 'win32';
    const child = spawn(command, {
      cwd,
      shell: true,
      detached,
      // What a model wrote is about to run: it gets no key.
      env: { ...process.env, OPENAI_API_KEY: undefined, ORCH_RESULT_FILE: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let tail = '';
    const keep = (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-keptCharacters);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const stop = () => {
      try {
        if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
        else child.kill();
      } catch {
        // It has ended by itself meanwhile.
      }
    };
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.on('close', (status) => {
      signal.removeEventListener('abort', stop);
      fulfil({ status, tail: tail.trim().split('\n').slice(-12).join('\n') });
    });
  });
}
