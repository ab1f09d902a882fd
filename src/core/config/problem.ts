/** Configuration problems: where each one is and how to fix it. All are reported at once. */
import * as z from 'zod';
import { describeIssue, valueAt, withArticle } from '../errors/describe-issue.ts';
import { OrchError } from '../errors/orch-error.ts';
import { didYouMean } from '../text/did-you-mean.ts';

export interface ConfigProblem {
  /** File path, variable or flag. */
  origin: string;
  /** Dotted path within it; empty for the whole. */
  path: string;
  message: string;
  hint: string;
}

export function formatProblem({ origin, path, message, hint }: ConfigProblem): string {
  return `${origin}${path === '' ? '' : `: ${path}`}: ${message} (${hint})`;
}

/** Throws one error that lists every problem. */
export function refuseProblems(
  code: 'invalid-config' | 'invalid-environment',
  problems: readonly ConfigProblem[],
): void {
  if (problems.length === 0) return;
  const what = code === 'invalid-config' ? 'configuration' : 'environment';
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new OrchError(
    code,
    `the ${what} has ${count}:\n${problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`,
    {
      hint:
        code === 'invalid-environment'
          ? 'orch help environment lists the variables'
          : 'orch help configuration lists the files and their keys',
      details: { problems },
    },
  );
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : String(part)))
    .join('.')
    .replaceAll('.[', '[');
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: unknown = schema;
  for (const part of [...path, undefined]) {
    while (here instanceof z.ZodOptional || here instanceof z.ZodNullable) here = here.unwrap();
    if (part === undefined) break;
    if (here instanceof z.ZodObject) here = here.shape[String(part)];
    else if (here instanceof z.ZodRecord) here = here.valueType;
    else if (here instanceof z.ZodArray) here = here.element;
    else return [];
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

/** Converts the zod issues of one layer into problems with the key and a hint. */
export function problemsOf(
  { origin, value }: { origin: string; value: unknown },
  error: z.ZodError,
  schema: z.ZodType,
): ConfigProblem[] {
  return error.issues.flatMap((issue): ConfigProblem[] => {
    const path = pathText(issue.path);
    if (issue.code === 'unrecognized_keys') {
      const keys = knownKeys(schema, issue.path);
      return issue.keys.map((key) => {
        const guess = didYouMean(key, keys);
        return {
          origin,
          path: pathText([...issue.path, key]),
          message: 'unknown key',
          hint: guess ? `did you mean ${guess}?` : `known keys: ${keys.join(', ') || 'none'}`,
        };
      });
    }
    // The path ends in the key, which is what is wrong.
    const inner = issue.code === 'invalid_key' ? issue.issues[0] : undefined;
    const message = inner
      ? describeIssue(inner, issue.path.at(-1))
      : describeIssue(issue, valueAt(value, issue.path));
    return [{ origin, path, message, hint: hintFor(issue) }];
  });
}

/** The path that a misspelt key was probably meant to be. */
export function meantBy({ path, hint }: ConfigProblem): string | undefined {
  const guess = /^did you mean (.*)\?$/.exec(hint)?.[1];
  return guess === undefined ? undefined : `${path.slice(0, path.lastIndexOf('.') + 1)}${guess}`;
}

function hintFor(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `use ${withArticle(issue.expected)}`;
    case 'invalid_value':
      return `use one of: ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      if (issue.origin === 'string') return 'give at least one character';
      return issue.origin === 'array' ? 'list at least one' : 'use a larger value';
    case 'too_big':
      return 'use a smaller value';
    case 'invalid_key':
      return 'choose another name';
    case 'invalid_union':
      return 'use an alias, a model id, or {"alias": …, "effort": …}';
    default:
      return 'correct the value';
  }
}
