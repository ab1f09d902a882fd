/** One JSON line per call, on stderr or in a file. Failing to log never fails a call. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogLevel } from '../../core/config/environment.ts';
import { logLevels } from '../../core/config/environment.ts';
import type { CallLog } from '../../engine/context.ts';

export interface JsonLogOptions {
  level: LogLevel;
  /** Undefined: `write` is used. */
  file: string | undefined;
  write: (line: string) => void;
}

export function jsonLog({ level, file, write }: JsonLogOptions): CallLog {
  return {
    call(line) {
      if (logLevels.indexOf(level) < logLevels.indexOf('info')) return;
      try {
        const text = `${JSON.stringify({ event: 'call', ...line })}\n`;
        if (file === undefined) write(text);
        else {
          mkdirSync(dirname(file), { recursive: true });
          appendFileSync(file, text, { mode: 0o600 });
        }
      } catch {
        // The record in the ledger is the one that counts, and it reports its own failures.
      }
    },
  };
}
