/** Code is what a user runs: nothing of the prose may come with it, and nothing of it may be cut off. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExtractedCode,
  extractCode,
  extractText,
  fencedBlocks,
} from '../../../src/core/answer/extract-code.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';

const typescript = (info: string) => info === 'ts' || info === 'typescript';
const code = (answer: string, isLanguage = typescript) => extractCode(answer, isLanguage).code;
const refusal = (answer: string) => {
  try {
    return extractCode(answer, typescript);
  } catch (error) {
    return error;
  }
};
/** A fence that is longer than every one inside. */
const fence = (body: string, info = 'ts', sign = '```') => `${sign}${info}\n${body}\n${sign}\n`;

describe('the code of an answer', () => {
  const body = 'export const one = 1;\n\nexport const two = 2;';

  it.each([
    ['without a fence', `${body}\n`],
    ['in a fence', fence(body)],
    ['in a fence without a language', fence(body, '')],
    ['in a fence of another name', fence(body, 'whatever title="a.ts"')],
    ['in a fence of tildes', fence(body, 'ts', '~~~')],
    ['in a longer fence', fence(body, 'ts', '`````')],
    ['closed by a longer fence', `\`\`\`ts\n${body}\n\`\`\`\`\`\n`],
    ['with prose around', `Here it is:\n\n${fence(body)}\nIt says \`one\` and \`two\`.\n`],
    ['with line ends of Windows', `Here:\n${fence(body)}Done.\n`.replaceAll('\n', '\r\n')],
    ['with blank lines around', `\n\n${fence(`\n  \n${body}\n\n`)}\n\n`],
    ['without a newline at the end', `\`\`\`ts\n${body}\n\`\`\``],
  ])('%s is the code alone', (_, answer) => {
    expect(extractCode(answer, typescript)).toMatchObject({ code: `${body}\n`, blocks: 1 });
  });

  it('keeps the indentation of its first line', () => {
    expect(code(fence('\n    return 1;'))).toBe('    return 1;\n');
  });

  it('of several blocks is those in the language, in their order', () => {
    const answer = `${fence('npm i', 'sh')}\n${fence('const a = 1;')}\nThen:\n\n${fence('const b = 2;', 'TypeScript')}\n${fence('1', 'text')}`;
    expect(extractCode(answer, typescript)).toMatchObject({
      code: 'const a = 1;\n\nconst b = 2;\n',
      blocks: 2,
    });
  });

  it('of several blocks is told by a language with a path behind it', () => {
    const answer = `${fence('npm i', 'sh')}\n${fence('a();', 'ts:src/a.ts')}`;
    expect(extractCode(answer, typescript)).toMatchObject({ code: 'a();\n', blocks: 1 });
  });

  it('of several blocks in other languages is all but what only shows output', () => {
    const answer = `${fence('print(1)', 'python')}${fence('1', 'console')}${fence('', 'ts')}`;
    expect(extractCode(answer, typescript)).toMatchObject({ code: 'print(1)\n', blocks: 1 });
    expect(code(fence('plain', 'text'))).toBe('plain\n');
  });

  it.each([
    ['no text', ' \n\n', /contains no code/],
    ['an empty block', fence(' '), /empty code block/],
    [
      'a block that is not closed',
      `${fence('const a = 1;')}\n\`\`\`ts\nconst b =`,
      /incomplete: a code block is not closed/,
    ],
    [
      'a block that only a fence of another sign ends',
      '```ts\nconst b = 1;\n~~~\n',
      /incomplete: a code block is not closed/,
    ],
    [
      'a block that is not closed before the next',
      '```ts\nconst a =\n\n```ts\nconst b = 1;\n```\n',
      /incomplete: a code block is not closed/,
    ],
    [
      'a block that only a shorter fence ends',
      '````ts\nconst b = 1;\n```\n',
      /incomplete: a code block is not closed/,
    ],
  ])('is refused: %s', (_, answer, message) => {
    expect(refusal(answer)).toMatchObject({
      code: 'answer-unusable',
      message: expect.stringMatching(message),
    });
    // It follows "the answer cannot be used: ".
    expect(refusal(answer)).toHaveProperty('message', expect.stringMatching(/^it /));
  });
});

describe('a fence inside the code', () => {
  it.each([
    ['in a comment with a margin', '/**\n * ```ts\n * one();\n * ```\n */\nexport const one = 1;'],
    ['in a template string, escaped', 'export const text = `\n\\`\\`\\`sh\nls\n\\`\\`\\`\n`;'],
    ['in a template string, of tildes', 'export const text = `\n~~~\nls\n~~~\n`;'],
    ['indented', 'const text = [\n      `\n      ```\n      `,\n];'],
  ])('%s is no end of it', (_, body) => {
    expect(code(`Here:\n\n${fence(body)}\nDone.\n`)).toBe(`${body}\n`);
  });

  it('is no end of a longer one', () => {
    const body = '# Title\n\n```\nls\n```\n\n```sh\nls\n```\n\nEnd.';
    expect(code(fence(body, 'markdown', '````'))).toBe(`${body}\n`);
    expect(code(fence(body, 'markdown', '~~~'))).toBe(`${body}\n`);
  });

  it('is no end of one that is the whole answer', () => {
    const body = '/**\n```\none();\n```\n*/\nexport const one = 1;';
    expect(code(fence(body))).toBe(`${body}\n`);
  });
});

describe('a fence inside the code that is as long as the one around', () => {
  const docstring = 'def one():\n    """One.\n\n```\none()\n```\n    """\n    return 1';

  it.each([
    ['in a docstring', docstring],
    ['in a docstring, with a language', docstring.replace('```', '```python')],
    ['in a document of the shell', 'cat > a.md <<END\n```sh\nls\n```\nEND'],
  ])('%s is no end of it', (_, body) => {
    expect(code(`Here:\n\n${fence(body, 'ts')}\nDone.\n`)).toBe(`${body}\n`);
    expect(code(`${fence(body, 'ts')}\n${fence('ls', 'sh')}`)).toBe(`${body}\n`);
  });

  it('is no end of it where a whole document of Markdown is the answer', () => {
    const body = '# Title\n\n```sh\nls\n```\n\n```\n\nls\n```\n\nEnd.';
    expect(code(fence(body, 'markdown'))).toBe(`${body}\n`);
  });

  it('is none of its own where the code has no fence around', () => {
    const body = '"""One.\n\n```\none()\n```\n"""\n\ndef one():\n    return 1\n';
    expect(code(body)).toBe(body);
  });

  it.each([
    ['stands alone before it', `Three of them are """.\n\n${fence(docstring)}`, docstring],
    ['stands alone in it', `${fence('# """ opens\none()')}\n${fence('ls', 'sh')}`, '# """ opens\none()'],
    ['is one of SQL', `${fence("select ''''")}\nOr:\n${fence("select ''''")}`, "select ''''\n\nselect ''''"],
  ])('ends it as ever where a quote %s', (_, answer, body) => {
    expect(code(answer)).toBe(`${body}\n`);
  });
});

it('a block without a language behind the code is no part of it', () => {
  expect(code(`${fence('one();')}\nIt prints:\n\n${fence('1', '')}`)).toBe('one();\n');
});

it('the indentation of a fence is none of the code', () => {
  expect(code('1. Write:\n\n   ```ts\n   if (a)\n     b();\n\n  c();\n   ```\n')).toBe(
    'if (a)\n  b();\n\nc();\n',
  );
});

describe('fencedBlocks', () => {
  it('tells the language, the file and whether the block is closed', () => {
    expect(fencedBlocks(`src/a.ts\n${fence('a', 'TS twoslash')}\n~~~\nb`)).toEqual([
      { info: 'ts', body: 'a', name: 'src/a.ts', closed: true },
      { info: '', body: 'b', name: undefined, closed: false },
    ]);
    expect(fencedBlocks('Run `a` or ```b```.\n    ```\n')).toEqual([]);
  });
});

describe('the text of an answer', () => {
  const page = '# Title\n\nRun it:\n\n```sh\nls\n```';

  it.each([
    ['as it stands', `\n${page}\n\n`],
    ['wrapped in a fence', fence(page, 'markdown')],
    ['wrapped in a longer fence', fence(page, 'md', '````')],
    ['wrapped, with line ends of Windows', fence(page, 'Markdown').replaceAll('\n', '\r\n')],
  ])('%s is the text alone', (_, answer) => {
    expect(extractText(answer)).toBe(`${page}\n`);
  });

  it('comes out of a longer fence though one inside never closes', () => {
    expect(extractText(fence('# Title\n\n```sh', 'md', '````'))).toBe('# Title\n\n```sh\n');
  });

  it.each([
    ['code', fence('const a = 1;')],
    ['a block without a language', fence('a', '')],
    ['an example of Markdown with more below', `${fence('# A', 'md')}\nMore.\n`],
    ['two examples', `${fence('# A', 'md')}\nAnd:\n\n${fence('# B', 'md')}`],
    ['a wrapping that never closes', '```markdown\n# Title\n\n```sh\nls\n```\n'],
  ])('keeps the fence of %s', (_, answer) => {
    expect(extractText(answer)).toBe(answer);
  });
});

describe('any code', () => {
  // Lines that look like fences among them, in code that an outer fence is long enough for.
  const line = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.constantFrom('```', '```ts', '~~~', '  ```', "'''", '"""', '`', 'x = 1', '</file>', ''),
  );
  const text = fc.array(line, { minLength: 1, maxLength: 12 }).map((lines) => lines.join('\n'));
  const tidy = (body: string) => `${body.replace(/^(?:[ \t]*\n)+/, '').trimEnd()}\n`;
  const filled = text.filter((body) => body.trim() !== '' && !body.includes('\r'));

  it('comes whole out of a fence that is longer than those inside, whatever prose is around', () => {
    fc.assert(
      fc.property(
        filled,
        fc.constantFrom('', 'Here it is:\n\n'),
        fc.constantFrom('', '\nDone.\n'),
        (body, before, after) => {
          const answer = `${before}${fence(body, 'ts', '``````')}${after}`;
          expect(code(answer)).toBe(tidy(body));
        },
      ),
    );
  });

  it('is refused or taken, and never with a line of the prose around, however its fences stand', () => {
    const said = 'PROSE';
    fc.assert(
      fc.property(filled, text, (body, more) => {
        const answer = `${said}\n\n\`\`\`ts\n${body}\n\`\`\`\n${more}`;
        const result = refusal(answer);
        if (result instanceof OrchError) expect(result.code).toBe('answer-unusable');
        else expect((result as ExtractedCode).code).not.toContain(said);
      }),
    );
  });
});
