/** Describes an invalid input value for both surfaces, which add the field's name themselves. */
import type * as z from 'zod';
import { didYouMean } from '../text/did-you-mean.ts';

export function describeIssue(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_value': {
      const words = issue.values.map(String);
      const guess = didYouMean(String(value), words);
      return `"${String(value)}" is not one of ${words.join(', ')}${guess ? ` (did you mean ${guess}?)` : ''}`;
    }
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      return Number.isNaN(value)
        ? 'must be a number without a unit, such as 60 or 0.5'
        : `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
    case 'too_small':
      return issue.origin === 'string' ? 'is empty' : issue.message;
    case 'too_big':
      return issue.origin === 'string' ? `is longer than ${issue.maximum} characters` : issue.message;
    default:
      return issue.message;
  }
}

/** The value at a path of an input; undefined when there is none. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
}
