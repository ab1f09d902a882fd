import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeIssue, valueAt } from '../../../src/core/errors/describe-issue.ts';

const schema = z.strictObject({
  text: z.string().min(1).max(5),
  list: z.array(z.enum(['one', 'two'])).optional(),
  number: z.number().positive('must be more than 0').optional(),
  share: z.number().min(0).max(1).optional(),
  count: z.int().positive().lt(9).optional(),
  names: z.array(z.string()).min(1).max(2).optional(),
  map: z.record(z.string().min(3), z.number()).optional(),
  either: z.union([z.string(), z.strictObject({ a: z.string() })]).optional(),
});

describe('what is wrong with a value', () => {
  it.each([
    [{}, 'text: is missing'],
    [{ text: 5 }, 'text: must be a string, not 5'],
    [{ text: '' }, 'text: is empty'],
    [{ text: 'longer' }, 'text: is longer than 5 characters'],
    [{ text: 'x', list: ['one', 'twoo'] }, 'list.1: "twoo" is not one of one, two (did you mean two?)'],
    [{ text: 'x', list: 'one' }, 'list: must be an array, not a string'],
    [{ text: 'x', number: Number.NaN }, 'number: must be a number without a unit, such as 60 or 0.5'],
    [{ text: 'x', number: 0 }, 'number: must be more than 0'],
    [{ text: null }, 'text: must be a string, not null'],
    [{ text: 'x', share: -1 }, 'share: must be at least 0'],
    [{ text: 'x', share: 1.5 }, 'share: must be at most 1'],
    [{ text: 'x', count: 1.5 }, 'count: must be a whole number, not 1.5'],
    [{ text: 'x', count: 0 }, 'count: must be greater than 0'],
    [{ text: 'x', count: 9 }, 'count: must be less than 9'],
    [{ text: 'x', names: [] }, 'names: is empty'],
    [{ text: 'x', names: ['a', 'b', 'c'] }, 'names: has more than 2 entries'],
    [{ text: 'x', map: [] }, 'map: must be an object, not an array'],
    [{ text: 'x', map: { a: 1 } }, 'map.a: has a key that is shorter than 3 characters'],
    [{ text: 'x', either: 5 }, 'either: has none of the forms that are allowed here'],
    [{ text: 'x', other: 1 }, ': has unknown keys: other'],
  ])('is told in words: %j', (input, words) => {
    const issues = schema.safeParse(input).error!.issues;
    expect(
      issues.map((issue) => `${issue.path.join('.')}: ${describeIssue(issue, valueAt(input, issue.path))}`),
    ).toEqual([words]);
  });
});
