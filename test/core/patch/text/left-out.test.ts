import { describe, expect, it } from 'vitest';
import { leftOutLine } from '../../../../src/core/patch/text/left-out.ts';

const found = (code: string, language = 'typescript') => leftOutLine(code, { language, known: () => false });

describe('a line that leaves code out', () => {
  it.each([
    'a();\n// ...\nb();\n',
    'a();\n// rest of the code\n',
    '// First.\n// ...\nb();\n',
    '// First.\n// the rest of the code is unchanged.\nb();\n',
    'a();\n/* unchanged */\n',
  ])('%j', (code) => {
    expect(found(code)).toBeDefined();
  });

  it('is none in the middle of a comment, or where it ends the sentence above', () => {
    expect(found('// The range is sent.\n// ...\n// More may follow.\na();\n')).toBeUndefined();
    expect(
      found('# Whether it is decoded or\n# the same as before or not...\na = 1\n', 'python'),
    ).toBeUndefined();
  });
});
