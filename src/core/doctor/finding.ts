/** What `orch doctor` says of one thing: how it is, and the cure where it is not well. */
import { OrchError } from '../errors/orch-error.ts';

export const findingStatuses = ['ok', 'warning', 'problem'] as const;

export interface Finding {
  /** What was looked at: `key`, `alias.mini`. Several findings may share one. */
  id: string;
  /** `problem`: something that was asked for will not work. `warning`: it works, but is worth a look. */
  status: (typeof findingStatuses)[number];
  /** One line. */
  message: string;
  cure?: string | undefined;
}

export function ok(id: string, message: string): Finding {
  return { id, status: 'ok', message };
}

export function warning(id: string, message: string, cure?: string): Finding {
  return { id, status: 'warning', message, ...(cure === undefined ? {} : { cure }) };
}

export function problem(id: string, message: string, cure?: string): Finding {
  return { id, status: 'problem', message, ...(cure === undefined ? {} : { cure }) };
}

/** A check that broke is a finding, not the end of the diagnostics. */
export function brokenCheck(id: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  return problem(id, message, error instanceof OrchError ? error.hint : undefined);
}
