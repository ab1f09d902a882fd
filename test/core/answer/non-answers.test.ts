/** Apologies, questions, plans and reports are not what was asked for; what only looks like one is. */
import { describe, expect, it } from 'vitest';
import { faultOfCode, leftToDoIn } from '../../../src/core/answer/check-code.ts';
import { faultOfText } from '../../../src/core/answer/check-text.ts';
import { extractCode } from '../../../src/core/answer/extract-code.ts';
import { documentWarnings, extractDocument } from '../../../src/core/answer/extract-document.ts';
import { readNoChange } from '../../../src/core/answer/no-change.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { normaliseLanguage } from '../../../src/core/input/language.ts';
import { answers, coded, spoken } from '../../fixtures/answers/non-answers.ts';

interface Wanted {
  language: string | undefined;
  tests?: boolean | undefined;
  instruction?: string | undefined;
}

/** What is wrong with an answer, where code was asked for. */
function faultOf(answer: string, { language, tests = false, instruction = 'write it' }: Wanted) {
  try {
    const isLanguage = (info: string) => info !== '' && normaliseLanguage(info) === language;
    return faultOfCode(extractCode(answer, isLanguage), { language, instruction, tests, given: [] });
  } catch (error) {
    if (error instanceof OrchError) return error.message;
    throw error;
  }
}

describe.each(Object.entries(spoken))('%s', (_kind, texts) => {
  it.each(texts)('is neither code nor a test: %j', (text) => {
    for (const language of ['typescript', 'python', 'markdown', undefined]) {
      expect(faultOf(text, { language }), language).toBeDefined();
      expect(faultOf(text, { language, tests: true }), language).toBeDefined();
    }
  });

  it.each(texts)('is no document: %j', (text) => {
    expect(faultOfText(extractDocument(text), { document: true, material: false })).toBeDefined();
  });
});

describe('an answer with code', () => {
  it.each(coded)('that is none ($kind, $language) is refused: $answer', ({ answer, ...wanted }) => {
    expect(faultOf(answer, wanted)).toMatch(/\S/);
  });

  it.each(answers)('in $language is taken: $answer', ({ answer, ...wanted }) => {
    expect(faultOf(answer, wanted)).toBeUndefined();
  });

  it('may leave out what the given files leave out', () => {
    const given = ['const rest = 1;\n// ... rest of the code\n'];
    const extracted = extractCode('```ts\nconst rest = 2;\n// ... rest of the code\n```');
    const wanted = { language: 'typescript', instruction: '', tests: false };
    expect(faultOfCode(extracted, { ...wanted, given })).toBeUndefined();
    expect(faultOfCode(extracted, { ...wanted, given: [] })).toContain('// ... rest of the code');
  });

  it('that leaves something to be done names the line, unless a file has it', () => {
    const code = 'function total() {\n  // TODO: taxes\n}\n';
    expect(leftToDoIn(code, [])).toBe('// TODO: taxes');
    expect(leftToDoIn(code, [code])).toBeUndefined();
  });
});

describe('several blocks', () => {
  it.each([
    [
      'of one name are versions: the last',
      'src/a.ts\n```ts\nf(1);\n```\n\nBetter:\n\nsrc/a.ts\n```ts\nf(2);\n```',
      'f(2);\n',
    ],
    [
      'of which one has a name are an example besides',
      '```ts src/a.ts\nf(1);\n```\n\n```ts\nuse();\n```',
      'f(1);\n',
    ],
    [
      'that declare the same are versions',
      '```ts\nconst a = 1;\n```\n```ts\nconst a = 2;\nconst b = 1;\n```',
      'const a = 2;\nconst b = 1;\n',
    ],
  ])('%s', (_name, answer, code) => {
    expect(extractCode(answer).code).toBe(code);
  });

  it('of which a later one repeats a part are refused: none is the whole file', () => {
    const answer = '```ts\nconst a = 1;\nconst b = 1;\n```\n```ts\nconst a = 2;\n```';
    expect(() => extractCode(answer)).toThrow('declare a');
  });
});

describe('"nothing needs to change"', () => {
  it.each([
    ['NO CHANGE: The loop is already a map.', 'The loop is already a map.'],
    ['**NO CHANGE:** It is there.', 'It is there.'],
    ['no change', 'Nothing needs to change.'],
    ['No changes are needed: the function already rounds to cents.', /^No changes are needed/],
    ['No further code changes are required.', /^No further/],
    ['The file does not need any changes. It already follows the style guide.', /^The file/],
    ['The code already does this. Nothing needs to be changed.', /^The code already does this\.$/],
    ['There is nothing to refactor here.', /^There is nothing/],
    ['Não é necessária nenhuma alteração: a função já trata carrinhos vazios.', /^Não é/],
    ['Nada precisa ser alterado.', /^Nada/],
    ['Es sind keine Änderungen erforderlich.', /^Es sind/],
    ['Hier muss nichts geändert werden, die Funktion rundet bereits.', /^Hier/],
    ['No es necesario ningún cambio.', /^No es/],
    ['No se requieren cambios: ya está implementado.', /^No se/],
    ["Aucune modification n'est nécessaire.", /^Aucune/],
  ])('is recognised: %s', (answer, sentence) => {
    expect(readNoChange(answer)).toEqual({ sentence: expect.stringMatching(sentence) });
  });

  it.each([
    'No changes were made because I could not find the file. No changes are needed in other places.',
    'NO CHANGE: I cannot see the file.',
    'No changes are needed unless you want to support older browsers.',
    'The function already exists, so this should be simple.',
    'I looked at the module. No changes are needed.',
    'No changes needed, but the tests should be extended.',
  ])('is doubtful: %s', (answer) => {
    expect(readNoChange(answer)).toBe('doubtful');
  });

  it.each([
    "I'm sorry, but I can't help with that.",
    'Which file should I change?',
    'I will change the loop to a map.',
    'There is no cart module in this repository.',
    ...Object.values(spoken).flat(),
  ])('is not meant: %s', (answer) => {
    expect(readNoChange(answer)).toSatisfy((said) => said === undefined || said === 'doubtful');
  });
});

describe('a document', () => {
  const page = '# Cart\n\nCounts items.\n\n```ts\ntotal();\n```\n\n## Errors\n\nNone.\n';

  const edit = 'docs/a.md\n<<<<<<< SEARCH\n# Old\n=======\n# New\n>>>>>>> REPLACE\n';
  const diff = '--- a/docs/a.md\n+++ b/docs/a.md\n@@ -1 +1 @@\n-# Old\n+# New\n';
  const v4a = '*** Begin Patch\n*** Update File: docs/a.md\n@@\n-# Old\n+# New\n*** End Patch\n';
  const wanted = { document: true, material: false };

  it.each([
    ...[edit, diff, v4a, `diff --git a/a.md b/a.md\n${diff}`].flatMap((text) => [
      text,
      `Here is the change:\n\n${text}`,
      `\`\`\`\n${text}\`\`\`\n`,
    ]),
  ])('that is an edit is none: %j', (answer) => {
    expect(faultOfText(extractDocument(answer), wanted)).toContain('it is an edit of a file');
    expect(faultOfText(answer, { ...wanted, document: false })).toBeUndefined();
  });

  it.each([edit, diff, v4a])('may show an edit in a fence, or indented: %j', (text) => {
    const fenced = `# How to patch\n\nWrite:\n\n\`\`\`diff\n${text}\`\`\`\n`;
    expect(faultOfText(extractDocument(fenced), wanted)).toBeUndefined();
    for (const title of ['How to patch\n============', '= How to patch', '<h1>How to patch</h1>'])
      expect(faultOfText(fenced.replace(/^.*/, title), wanted)).toBeUndefined();
    const indented = `# How to patch\n\nWrite:\n\n${text.replace(/^(?=.)/gm, '    ')}`;
    expect(faultOfText(extractDocument(indented), wanted)).toBeUndefined();
  });

  it.each([
    ['alone', page],
    ['after a remark', `Here is the documentation for the module:\n\n${page}`],
    ['after a remark and a rule', `Claro! Aqui está a documentação do módulo:\n\n---\n\n${page}`],
    ['before an offer', `${page}\nLet me know if you would like me to add more examples!\n`],
    ['before an offer in German', `${page}\n---\n\nIch kann gern noch Beispiele ergänzen.\n`],
    ['in a fence', `\`\`\`markdown\n${page}\`\`\`\n`],
    ['in a fence with remarks around', `Here you go:\n\n\`\`\`\`md\n${page}\`\`\`\`\n\nI hope this helps!\n`],
  ])('%s is taken out', (_name, answer) => {
    expect(extractDocument(answer)).toBe(page);
  });

  it.each([
    ['a paragraph at its end', `${page}\nHave questions? Open an issue.\n`],
    ['front matter', `---\ntitle: Cart\n---\n\n${page}`],
    ['badges', `[![build](a.svg)](b)\n\n${page}`],
    ['an example of Markdown', '# Notes\n\nWrite:\n\n```md\n# Title\n```\n'],
  ])('keeps %s', (_name, text) => {
    expect(extractDocument(text)).toBe(text);
  });

  it('of headings alone is none', () => {
    expect(faultOfText('# Cart\n\n## Usage\n\n## Errors\n', { document: true, material: false })).toContain(
      'headings',
    );
  });

  it('without a title or with HTML gets a warning, and not for what only shows it', () => {
    expect(documentWarnings('Counts items.\n')).toEqual(['the document has no title']);
    expect(documentWarnings('# A\n\n<details>\n')).toEqual(['the document contains HTML (<details>)']);
    expect(documentWarnings('# A\n\n`<div>`\n\n```html\n<div>\n```\n\nSee <https://a.example>.\n')).toEqual(
      [],
    );
    expect(documentWarnings('---\ntitle: A\n---\n\nCart\n====\n\nText.\n')).toEqual([]);
  });
});

describe('a text', () => {
  it('that misses what was sent is refused, and only if something was sent', () => {
    const text = "I can't see the contents of the file you mentioned.";
    expect(faultOfText(text, { document: false, material: true })).toContain('which was sent');
    expect(faultOfText(text, { document: false, material: false })).toBeUndefined();
  });

  it.each([
    ['As an AI language model, I cannot review code.', 'it declines the request'],
    ["Sure! I'll look into it and get back to you.", 'it only announces'],
    ['I will now analyse the file and report.', 'it only announces'],
    ['Let me take a look at the cart. I will then report what I find.', 'it only announces'],
    ['Vou analisar o arquivo e depois respondo.', 'it only announces'],
    ['What exactly would you like me to check?', 'it is a question back'],
    ["I don't see any code in your message.", 'which was sent'],
  ])('that only talks is refused: %j', (text, fault) => {
    expect(faultOfText(text, { document: false, material: true })).toContain(fault);
  });

  it.each([
    'I am sorry to say that the lock is never released. Who calls `unlock`? Nobody does.',
    "I don't see where the file handles discounts.",
    "I can't find any code that releases the lock in this file.",
    'I do not know why the file is read twice; the second result is never used.',
    'As an AI feature, the classifier belongs behind a flag; users cannot turn it off today.',
    "I'll look at the lock first: it is taken in `open` and never released, so the second call waits for ever.",
    'Let me check each rule in turn.\n\n- rounding: right\n- taxes: wrong for 0',
    'I will review the proposal now. It is sound, but the limit of 10 is too low.',
    'I will check the oil. You will drive.',
  ])('may say anything else: %j', (text) => {
    expect(faultOfText(text, { document: false, material: true })).toBeUndefined();
  });
});
