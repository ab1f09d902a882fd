/** Operations as lines of a log that any number of processes append to. */
import { isNano } from './nano.ts';
import type { Operation, Phase, Reservation } from './state.ts';
import { budgetWindows } from './windows.ts';

/** `by` is who wrote it: a name that each writer chooses at random. */
export function encodeOperations(operations: readonly Operation[], by: string): string {
  // A line that a killed process left unfinished ends here, so that it does not spoil the next one.
  return `\n${operations.map((operation) => `${JSON.stringify({ by, ...operation })}\n`).join('')}`;
}

/** Undefined for a line that is none, such as one that was not written to its end. All readers have to agree on it. */
export function decodeOperation(line: string): { operation: Operation; by: string } | undefined {
  if (line === '') return undefined;
  try {
    const { by, ...operation } = JSON.parse(line);
    return typeof by === 'string' && isOperation(operation) ? { operation, by } : undefined;
  } catch {
    return undefined;
  }
}

type Fields = Record<string, unknown>;

function isOperation(value: Fields): value is Fields & Operation {
  const hasId = isText(value.id);
  switch (value.op) {
    case 'begin':
      return isListOf(value.sums, isSum) && isListOf(value.open, isOpen);
    case 'reserve':
      return hasId && isReserved(value) && isListOf(value.limits, isLimit);
    case 'commit':
    case 'renew':
      return hasId && isTime(value.until);
    case 'settle':
      return hasId && isSum([value.day, value.project, value.nano]);
    case 'release':
    case 'recorded':
      return hasId;
    case 'expire':
      return hasId && isTime(value.at) && isTime(value.until);
    case 'seal':
      return isTime(value.at);
    default:
      return false;
  }
}

const phases: readonly unknown[] = ['held', 'spent', 'estimated'] satisfies Phase[];
const windows: readonly unknown[] = budgetWindows;

const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown): value is number => Number.isFinite(value);
const isDay = (value: unknown) =>
  isText(value) && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(`${value}T00:00:00Z`));

function isListOf(value: unknown, isItem: (item: never) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isItem(item as never));
}

function isSum(value: unknown): boolean {
  return Array.isArray(value) && isDay(value[0]) && isText(value[1]) && isNano(value[2]);
}

function isReserved({ day, project, nano, until }: Fields): boolean {
  return isSum([day, project, nano]) && isTime(until);
}

function isOpen(value: [unknown, Fields & Reservation]): boolean {
  return isText(value[0]) && isReserved(value[1]) && phases.includes(value[1].phase);
}

function isLimit({ window, project, nano }: Fields): boolean {
  return windows.includes(window) && (project === null || isText(project)) && isNano(nano);
}
