/** Writes one JSON line per call to stderr or a file. A logging error never fails a call. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogLevel } from '../../core/config/environment.ts';
import { logLevels } from '../../core/config/environment.ts';
import type { Redact } from '../../core/errors/redact.ts';
import { printableJson } from '../../core/text/hidden.ts';
import { mapTexts } from '../../core/text/json.ts';
import type { CallLog } from '../../engine/context.ts';

export interface JsonLogOptions {
  /** Redacts each text of a line. */
  clean: Redact;
  level: LogLevel;
  /** When undefined, `write` is used. */
  file: string | undefined;
  write: (line: string) => void;
}

export function jsonLog({ clean, level, file, write }: JsonLogOptions): CallLog {
  return {
    call(line) {
      if (logLevels.indexOf(level) < logLevels.indexOf('info')) return;
      try {
        const text = `${printableJson({ event: 'call', ...mapTexts(line, clean) })}\n`;
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
