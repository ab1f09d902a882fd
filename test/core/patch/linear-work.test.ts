/** The work for an answer or a file is in proportion to its length. */
import { describe, expect, it } from 'vitest';
import { extractCode } from '../../../src/core/answer/extract-code.ts';
import { assembleInput } from '../../../src/core/input/assemble-input.ts';
import { readHeader } from '../../../src/core/patch/dialects/hunk-lines.ts';
import { pathLabel } from '../../../src/core/patch/dialects/path-label.ts';
import { cleanPath } from '../../../src/core/patch/dialects/resolve-path.ts';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';
import { expectLinear } from '../../helpers/linear.ts';

const files = [{ path: 'a.js', text: 'one();\ntwo();\nthree();\n' }];
const times = (text: string, size: number) => text.repeat(Math.ceil(size / text.length));
const numbered = (text: (at: number) => string, size: number) =>
  Array.from({ length: Math.ceil(size / text(0).length) }, (_, at) => text(at)).join('');
const v4a = (body: string) => `*** Begin Patch\n*** Update File: a.js\n${body}*** End Patch\n`;

describe('the work for an answer grows with its length', () => {
  it.each<[string, (size: number) => string, number?]>([
    ['tildes and a back-tick', (size) => `${times('~', size)}\`\n`],
    ['the same, indented', (size) => `  ${times('~', size)}\`\n`],
    ['spaces in the name of a diff', (size) => `--- a${times(' ', size)}b\n+++ a\n@@\n-a\n+b\n`],
    ['spaces behind its date', (size) => `--- a 2026-01-01 00:00${times(' ', size)}\rb\n+++ a\n@@\n-a\n+b\n`],
    [
      'spaces behind an opening mark',
      (size) => `      return () => assembleInput(parts, { maxTokens: 1e9, shape: 'code', safetyCritical: false });
    }, 32_768);
  });
});

it('a quoted name of any length is read', () => {
  const name = times('a', 300_000);
  expect(patchFromAnswer(`--- "a/${name}"\n+++ "b/${name}"\n@@\n-a\n+b\n`, files).problems).toMatchObject([
    { code: 'unknown-path' },
  ]);
});
