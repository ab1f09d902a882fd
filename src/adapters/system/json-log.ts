/** Writes one JSON line per call to stderr or a file. A logging error never fails a call. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogLevel } from '../../core/config/environment.ts';
import { logLevels } from '../../core/config/environment.ts';
import { printableJson } from '../../core/text/hidden.ts';
import type { CallLog } from '../../engine/context.ts';

export interface JsonLogOptions {
  level: LogLevel;
  /** When undefined, `write` is used. */
  file: string | undefined;
  write: (line: string) => void;
}

export function jsonLog({ level, file, write }: JsonLogOptions): CallLog {
  return {
    call(line) {
      if (logLevels.indexOf(level) < logLevels.indexOf('info')) return;
      try {
        const text = `${printableJson({ event: 'call', ...line })}\n`;
        if (file === undefined) write(text);
        else {
          mkdirSync(dirname(file), { recursive: true });
          appendFileSync(file, text, { mode: 0o600 });
        }
      } catch {
        // The ledger is the authoritative record, and reports its own errors.
      }
    },
  };
}
