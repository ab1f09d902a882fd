/** Telling what an answer is takes work in proportion to its length. */
import { describe, it } from 'vitest';
import { faultOfCode, leftToDoIn } from '../../../src/core/answer/check-code.ts';
import { faultOfText } from '../../../src/core/answer/check-text.ts';
import { extractCode } from '../../../src/core/answer/extract-code.ts';
import { documentWarnings, extractDocument } from '../../../src/core/answer/extract-document.ts';
import { readNoChange } from '../../../src/core/answer/no-change.ts';
import { speechOf } from '../../../src/core/answer/speech.ts';
import { expectLinear } from '../../helpers/linear.ts';

const languages = ['python', 'typescript', 'php', 'markdown', 'kotlin', 'go', 'rust', undefined];

function everything(text: string): void {
  try {
    extractCode(text);
  } catch {
    // Refused.
  }
  for (const language of languages)
    for (const tests of [false, true])
      faultOfCode(
        { code: text, blocks: 1, fenced: tests, info: '' },
        { language, tests, instruction: text, given: [] },
      );
  leftToDoIn(text, []);
  const document = extractDocument(text);
  documentWarnings(document);
  faultOfText(document, { document: true, material: true });
  readNoChange(text);
  speechOf(text);
}

describe('the work grows with the length of', () => {
  it.each([
    ['spaces', ' '],
    ['spaces between words', 'a  '],
    ['words', 'word '],
    ['one word', 'a'],
    ['digits', '1'],
    ['dots', '.'],
    ['closing signs', ')*_ '],
    ['quotes', '"""'],
    ['question marks', '?'],
    ['open comments', '/* a\n'],
    ['comments of dots', '// ... a\n'],
    ['lines of dots', '...\n'],
    ['blank lines', ' \n'],
    ['line ends', '\n'],
    ['tabs', '\t'],
    ['back-ticks', '`'],
    ['fences', '```md\n# a\n'],
    ['headings', '# a\n'],
    ['tags', '<a '],
    ['list items', '- a b c\n'],
    ['sentences', 'I cannot see it. '],
    ['negations', 'no change no '],
    ['declarations', 'const a = 1;\n'],
    ['signatures', 'public static final int fn(a, b) '],
    ['methods', 'it.a.a'],
    ['Chinese', '\u4E2D\u6587'],
    ['equal signs', '='],
    ['hyphens', '-'],
  ])('%s', async (_name, unit) => {
    await expectLinear((size) => {
      const text = `x${unit.repeat(Math.ceil(size / unit.length))}\n`;
      return () => everything(text);
    }, 2048);
  });
});
