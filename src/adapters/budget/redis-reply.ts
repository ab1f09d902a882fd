/** What the script answers with. The server may be anything, so nothing of its answer is taken on trust. */

export type ScriptOperation =
  | 'rebuild'
  | 'reserve'
  | 'commit'
  | 'renew'
  | 'settle'
  | 'release'
  | 'recorded'
  | 'state';

export interface ScriptReply {
  status: 'done' | 'refused' | 'over' | 'lost';
  /** Id, row and amount of each reservation whose process has gone. */
  estimated: string[];
  /** Whole numbers. */
  rest: string[];
}

const statuses: Partial<Record<ScriptOperation, readonly unknown[]>> = {
  reserve: ['done', 'refused'],
  commit: ['done', 'over'],
};
const wholeNumber = /^\d{1,30}$/;

/** Undefined for what the script never answers with. `limits`: how many it was given. */
export function readReply(
  reply: unknown,
  operation: ScriptOperation,
  limits: number,
): ScriptReply | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [status, estimated, ...rest] = reply;
  if (status === 'lost') return { status, estimated: [], rest: [] };
  const isFit =
    (statuses[operation] ?? ['done']).includes(status) &&
    isTexts(estimated) &&
    estimated.length % 3 === 0 &&
    isTexts(rest) &&
    rest.every((text) => wholeNumber.test(text)) &&
    (operation !== 'state' || rest.length === 2 * limits) &&
    (status !== 'refused' || (rest.length === 3 && Number(rest[0]) < limits));
  return isFit ? { status, estimated, rest } : undefined;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
