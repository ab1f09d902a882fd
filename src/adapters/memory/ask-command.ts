/** One question to a command that prints JSON. */
import { execFile } from 'node:child_process';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { MemoryCall } from './memory-source.ts';

const mostBytes = 8 * 1024 * 1024;

/** What it prints, as a list of one. Rejects with a message that names the cause. */
export async function askCommand(
  { program, args, env, cwd, signal, timeoutMs }: MemoryCall,
  query: string,
  limit: number,
): Promise<string[]> {
  // A query that looks like an option would be taken for one.
  const asked = query.replace(/^[-\s]+/, '');
  const given = args.map((arg) => arg.replace('{query}', () => asked).replace('{limit}', String(limit)));
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      given,
      {
        cwd,
        env: { ...getDefaultEnvironment(), ...env },
        signal,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: mostBytes,
      },
      (error, stdout) => {
        const { killed, code, name } = (error ?? {}) as { killed?: boolean; code?: unknown; name?: string };
        if (name === 'AbortError') reject(error);
        else if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') reject(new Error('more than 8 MB'));
        else if (killed && code === null) reject(new Error(`nothing within ${timeoutMs / 1000} s`));
        // It may say why in what it prints.
        else if (stdout.trim() !== '') resolve([stdout]);
        else if (error === null) resolve([]);
        else reject(new Error(`it ended with status ${String(code)}`));
      },
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end();
  });
}
