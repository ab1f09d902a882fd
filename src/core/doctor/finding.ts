/** A result of `orch doctor`: a status, a message and, if something is wrong, a hint. */
import { OrchError } from '../errors/orch-error.ts';

export const findingStatuses = ['ok', 'warning', 'problem'] as const;

export interface Finding {
  /** What was checked: `key`, `alias.mini`. Several findings may share an id. */
  id: string;
  /** `problem`: something will not work. `warning`: it works, but needs attention. */
  status: (typeof findingStatuses)[number];
  /** One line. */
  message: string;
  hint?: string | undefined;
}

export function ok(id: string, message: string): Finding {
  return { id, status: 'ok', message };
}

export function warning(id: string, message: string, hint?: string): Finding {
  return { id, status: 'warning', message, ...(hint === undefined ? {} : { hint }) };
}

export function problem(id: string, message: string, hint?: string): Finding {
  return { id, status: 'problem', message, ...(hint === undefined ? {} : { hint }) };
}

/** A failed check becomes a finding instead of aborting the diagnostics. */
export function brokenCheck(id: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  return problem(id, message, error instanceof OrchError ? error.hint : undefined);
}
