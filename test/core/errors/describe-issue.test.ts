import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { describeIssue, valueAt } from '../../../src/core/errors/describe-issue.ts';

const schema = z.strictObject({
  text: z.string().min(1).max(5),
  list: z.array(z.enum(['one', 'two'])).optional(),
  number: z.number().positive('must be more than 0').optional(),
});

describe('what is wrong with a value', () => {
  it.each([
    [{}, 'text: is missing'],
    [{ text: 5 }, 'text: must be a string'],
    [{ text: '' }, 'text: is empty'],
    [{ text: 'longer' }, 'text: is longer than 5 characters'],
    [{ text: 'x', list: ['one', 'twoo'] }, 'list.1: "twoo" is not one of one, two (did you mean two?)'],
    [{ text: 'x', list: 'one' }, 'list: must be an array'],
    [{ text: 'x', number: Number.NaN }, 'number: must be a number without a unit, such as 60 or 0.5'],
    [{ text: 'x', number: 0 }, 'number: must be more than 0'],
  ])('is told in words: %j', (input, words) => {
    const issues = schema.safeParse(input).error!.issues;
    expect(
      issues.map((issue) => `${issue.path.join('.')}: ${describeIssue(issue, valueAt(input, issue.path))}`),
    ).toEqual([words]);
  });
});
