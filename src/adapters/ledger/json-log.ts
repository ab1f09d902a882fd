/**
 * Writes one JSON line per call to stderr or a file. A logging error never fails a call: a line that a pipe does not
 * take at once is lost.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { LogLevel } from '../../core/config/environment.ts';
import { logLevels } from '../../core/config/environment.ts';
import type { Redact } from '../../core/errors/redact.ts';
import { printableJson } from '../../core/text/hidden.ts';
import { mapTexts } from '../../core/text/json.ts';
import type { CallLog } from '../../engine/context.ts';
import { type Destination, destinationOf, openDestination } from '../workspace/write/destination.ts';

export interface JsonLogOptions {
  /** Redacts each text of a line. */
  clean: Redact;
  level: LogLevel;
  /** When undefined, `write` is used. */
  file: string | undefined;
  /** Absolute. A link in one of these folders must not lead out of it. Default: none. */
  roots?: () => readonly string[];
  open?: typeof openDestination;
  write: (line: string) => void;
}

export function jsonLog({
  clean,
  level,
  file,
  roots = () => [],
  open = openDestination,
  write,
}: JsonLogOptions): CallLog {
  return {
    call(line) {
      if (logLevels.indexOf(level) < logLevels.indexOf('info')) return;
      try {
        const text = `${printableJson({ event: 'call', ...mapTexts(line, clean) })}\n`;
        if (file === undefined) write(text);
        else append(text, destinationOf(file, roots()), open);
      } catch {
        // The ledger is the authoritative record, and reports its own errors.
      }
    },
  };
}

function append(text: string, destination: Destination, open: typeof openDestination): void {
  const { file, verify, close } = open(destination);
  try {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const isOpen = destination.descriptor !== undefined;
    // Without waiting for the reader of a pipe.
    const flags = O_WRONLY | O_APPEND | O_NONBLOCK | (isOpen ? 0 : O_CREAT | O_NOFOLLOW);
    const descriptor = openSync(file, flags, 0o600);
    try {
      verify();
      writeSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
  } finally {
    close();
  }
}
