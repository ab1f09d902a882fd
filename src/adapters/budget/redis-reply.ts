/** What the script answers with. The server may be anything, so nothing of its answer is taken on trust. */

export type ScriptOperation =
  | 'rebuilding'
  | 'rebuild'
  | 'reserve'
  | 'commit'
  | 'renew'
  | 'settle'
  | 'release'
  | 'recorded'
  | 'state';

export interface ScriptReply {
  /** `rebuilding`: until that has ended, nothing can be reserved. `other`: another process has begun to rebuild. */
  status: 'done' | 'refused' | 'over' | 'lost' | 'rebuilding' | 'other';
  /** Id, row and amount of each reservation whose process has gone; of `rebuilding`, of each that is open. */
  estimated: string[];
  /** Whole numbers. */
  rest: string[];
}

const statuses: Partial<Record<ScriptOperation, readonly unknown[]>> = {
  reserve: ['done', 'refused'],
  commit: ['done', 'over'],
};
const unusable: readonly unknown[] = ['lost', 'rebuilding', 'other'];
const wholeNumber = /^\d{1,16}$/;

/** Undefined for what the script never answers with. `limits`: how many it was given. */
export function readReply(
  reply: unknown,
  operation: ScriptOperation,
  limits: number,
): ScriptReply | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [status, estimated, ...rest] = reply;
  if (unusable.includes(status)) return { status, estimated: [], rest: [] };
  const isFit =
    (statuses[operation] ?? ['done']).includes(status) &&
    isTexts(estimated) &&
    estimated.length % 3 === 0 &&
    isTexts(rest) &&
    rest.every((text) => wholeNumber.test(text) && Number.isSafeInteger(Number(text))) &&
    rest.length === valuesOf(operation, status, limits) &&
    (status !== 'refused' || Number(rest[0]) < limits);
  return isFit ? { status, estimated, rest } : undefined;
}

function valuesOf(operation: ScriptOperation, status: unknown, limits: number): number {
  switch (operation) {
    case 'reserve':
      return status === 'refused' ? 3 : 1 + limits;
    case 'state':
      return 2 * limits;
    case 'renew':
    case 'release':
    case 'recorded':
      return 0;
    default:
      return 1;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
