/** What the script answers with. The server may be anything, so nothing of its answer is taken on trust. */
import { isMachineName, type SeenMark } from './seen-marks.ts';

export type ScriptOperation =
  | 'rebuilding'
  | 'rebuild'
  | 'abandon'
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
  /** Who has spent last, and the mark of it; undefined where nothing is known of that. */
  last: SeenMark | undefined;
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
  const [status, estimated, last, ...rest] = reply;
  if (unusable.includes(status)) return { status, estimated: [], last: undefined, rest: [] };
  const isFit =
    (statuses[operation] ?? ['done']).includes(status) &&
    isTexts(estimated) &&
    estimated.length % 3 === 0 &&
    isTexts(last) &&
    (last.length === 0 || (last.length === 2 && isMachineName(last[0]!) && isWhole(last[1]!))) &&
    isTexts(rest) &&
    rest.every(isWhole) &&
    rest.length === valuesOf(operation, status, limits) &&
    (status !== 'refused' || Number(rest[0]) < limits);
  if (!isFit) return undefined;
  return { status, estimated, last: last.length === 0 ? undefined : [last[0]!, Number(last[1])], rest };
}

const isWhole = (text: string) => wholeNumber.test(text) && Number.isSafeInteger(Number(text));

function valuesOf(operation: ScriptOperation, status: unknown, limits: number): number {
  switch (operation) {
    case 'reserve':
      return status === 'refused' ? 3 : 1 + limits;
    case 'state':
      return 2 * limits;
    case 'renew':
    case 'release':
    case 'recorded':
    case 'abandon':
      return 0;
    default:
      return 1;
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
