/**
 * Says in our words what is wrong with a value: of a flag, of a tool's argument, of a configuration file. Callers add the
 * name of the field or the key themselves. A message that a schema was given is used as it is.
 */
import type * as z from 'zod';
import { didYouMean } from '../text/did-you-mean.ts';

export function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_value') return notOneOf(issue.values.map(String), value);
  return isGiven(issue.message) ? issue.message : worded(issue, value);
}

/** Whether a message is one of ours: those of zod begin in one of these ways. */
function isGiven(message: string): boolean {
  return !/^(?:Invalid|Too (?:small|big)|Unrecognized)\b/.test(message);
}

function worded(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      if (Number.isNaN(value)) return 'must be a number without a unit, such as 60 or 0.5';
      return `must be ${withArticle(issue.expected)}, not ${typeof value === 'number' ? value : withArticle(typeOf(value))}`;
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return tooBig(issue);
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return value === undefined ? 'is missing' : 'has none of the forms that are allowed here';
    case 'unrecognized_keys':
      return `has unknown keys: ${issue.keys.join(', ')}`;
    case 'invalid_key': {
      const [inner] = issue.issues;
      return inner ? `has a key that ${describeIssue(inner, '')}` : 'has a key that is not allowed';
    }
    default:
      return 'is not in the form that is expected here';
  }
}

function notOneOf(words: readonly string[], value: unknown): string {
  if (value === undefined) return `is missing: it is one of ${words.join(', ')}`;
  const guess = didYouMean(String(value), words);
  return `"${String(value)}" is not one of ${words.join(', ')}${guess ? ` (did you mean ${guess}?)` : ''}`;
}

function tooSmall({ origin, minimum, inclusive }: z.core.$ZodIssueTooSmall): string {
  const isOne = Number(minimum) === 1;
  if (origin === 'string') return isOne ? 'is empty' : `is shorter than ${minimum} characters`;
  if (isCounted(origin)) return isOne ? 'is empty' : `has fewer than ${minimum} entries`;
  return `must be ${inclusive ? 'at least' : 'greater than'} ${minimum}`;
}

function tooBig({ origin, maximum, inclusive }: z.core.$ZodIssueTooBig): string {
  const isOne = Number(maximum) === 1;
  if (origin === 'string') return `is longer than ${maximum} character${isOne ? '' : 's'}`;
  if (isCounted(origin)) return `has more than ${maximum} ${isOne ? 'entry' : 'entries'}`;
  return `must be ${inclusive ? 'at most' : 'less than'} ${maximum}`;
}

function isCounted(origin: string): boolean {
  return origin === 'array' || origin === 'set' || origin === 'map' || origin === 'object';
}

/** `expected` as zod has it. */
export function withArticle(expected: string): string {
  if (expected === 'null') return expected;
  const name = expected === 'int' ? 'whole number' : expected === 'record' ? 'object' : expected;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The value at a path of an input; undefined when there is none. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
}
