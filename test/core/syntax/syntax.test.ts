/** What is read of a syntax tree: the first error, the exports, and the texts that stand in for what no grammar reads. */
import { describe, expect, it } from 'vitest';
import { lazySyntax } from '../../../src/adapters/syntax/syntax.ts';
import { grammarFolder } from '../../../src/adapters/system/folders.ts';
import { languageOfPath } from '../../../src/core/input/language.ts';
import { exportedNames, lostExports } from '../../../src/core/syntax/exports.ts';
import { excerptOf, firstError } from '../../../src/core/syntax/first-error.ts';
import {
  type GrammarName,
  grammarOfPath,
  grammarsOfLanguage,
  languageOfGrammar,
} from '../../../src/core/syntax/grammars.ts';
import { withoutGaps } from '../../../src/core/syntax/known-gaps.ts';

const syntax = lazySyntax(grammarFolder());

describe('the grammars', () => {
  it('are those of the languages that the files have', () => {
    for (const name of [
      'a.jsx',
      'a.mjs',
      'a.cts',
      'a.tsx',
      'a.pyi',
      'a.go',
      'a.rs',
      'a.java',
      'a.rb',
      'a.PHP',
    ])
      expect(languageOfGrammar(grammarOfPath(name)!), name).toBe(languageOfPath(name));
    for (const name of ['a.c', 'js', 'a.js/b']) expect(grammarOfPath(name), name).toBeUndefined();
  });

  it('are two for TypeScript', () => {
    expect(grammarsOfLanguage('typescript')).toEqual(['typescript', 'tsx']);
    expect(grammarsOfLanguage('kotlin')).toEqual([]);
  });
});

describe('the first error', () => {
  const errorIn = (grammar: GrammarName, text: string) =>
    syntax.use(grammar, text, (root) => firstError(root, text));

  it.each<[GrammarName, string, number, string]>([
    ['javascript', 'class A {\n  f() {\n    if (a) {\n      b();\n  }\n}\n', 3, '"{" is not closed'],
    ['typescript', 'f(1);\ng(2;\n', 2, '"(" is not closed'],
    ['go', 'package a\n\nfunc f() {\n}\n}\n', 5, '"}" closes nothing'],
    ['java', 'class A {\n  int f() { return 1 }\n}\n', 2, '";" is missing'],
    ['python', 'a = 1\nb = = 2\n', 2, '"=" does not fit there'],
    ['javascript', 'const a = `${b`;\n', 1, '"${" is not closed'],
  ])('%s %j', async (grammar, text, line, what) => {
    expect(await errorIn(grammar, text)).toMatchObject({ line, what });
  });

  it('is none in what parses, brackets in strings and comments included', async () => {
    expect(await errorIn('javascript', "a('}', /[{]/); // (\n")).toBeUndefined();
  });

  it('is found in a text of 20,000 brackets, in a time that does not grow with their square', async () => {
    expect(await errorIn('javascript', '['.repeat(20_000))).toMatchObject({ line: 1 });
  });

  it('is shown with three lines above and below', () => {
    const text = Array.from({ length: 12 }, (_, at) => `line ${at + 1}`).join('\n');
    expect(excerptOf(text, 10)).toBe(
      [
        '   7 | line 7',
        '   8 | line 8',
        '   9 | line 9',
        '> 10 | line 10',
        '  11 | line 11',
        '  12 | line 12',
      ].join('\n'),
    );
    expect(excerptOf('a', 1)).toBe('> 1 | a');
  });
});

describe('exports', () => {
  const namesIn = async (grammar: GrammarName, text: string) => [
    ...(await syntax.use(grammar, text, (root) => exportedNames(root, grammar))),
  ];

  it.each<[GrammarName, string, string[]]>([
    [
      'typescript',
      'export const a = 1, b = 2;\nexport function c() {}\nexport interface D {}\nexport { e, f as g };\nexport default 1;\nconst h = 1;\n',
      ['a', 'b', 'c', 'D', 'e', 'g', 'default'],
    ],
    ['typescript', "export * from './a';\nexport * as b from './b';\n", ['*', 'b']],
    ['javascript', 'module.exports = { a, b: 1, c() {} };\nexports.d = 1;\n', ['a', 'b', 'c', 'd']],
    ['python', 'def a(): pass\nclass B: pass\n@x\ndef c(): pass\ndef _d(): pass\n', ['a', 'B', 'c']],
    ['python', '__all__ = ["a", \'b\']\ndef c(): pass\n', ['a', 'b']],
    [
      'go',
      'package a\nfunc A() {}\nfunc b() {}\nfunc (c *C) D() {}\ntype E struct{}\nconst (\n\tF = 1\n\tg = 2\n)\n',
      ['A', 'C.D', 'E', 'F'],
    ],
    ['rust', 'pub fn a() {}\nfn b() {}\npub struct C;\npub(crate) fn d() {}\n', ['a', 'C']],
    ['java', 'public class A {}\nclass B {}\n', ['A']],
    ['ruby', 'module A\nend\nclass B\nend\n', ['A', 'B']],
    ['php', '<?php\nfunction a() {}\nclass B {}\n', ['a', 'B']],
  ])('%s %j', async (grammar, text, names) => {
    expect(await namesIn(grammar, text)).toEqual(names);
  });

  it('are lost where they are gone, unless anything may be exported', () => {
    expect(lostExports(new Set(['a', '*', 'b']), new Set(['b', 'c']))).toEqual(['a']);
    expect(lostExports(new Set(['a']), new Set(['*']))).toEqual([]);
  });
});

describe('known gaps of a grammar', () => {
  it.each<[GrammarName, string]>([
    ['rust', 'fn f() { try!(g()); }\n'],
    ['typescript', "declare const a: import('b').C<import('d').E>;\n"],
    ['typescript', 'interface A<in B, out C, in out D> {}\n'],
    ['typescript', 'const a: {\n  <F>(b: F): C\n  (b: C): D\n  /** Or. */\n  <E>(b: E): D\n} = f\n'],
  ])('%s %j', async (grammar, text) => {
    const parses = (each: string) => syntax.use(grammar, each, ({ hasError }) => !hasError);
    expect(await parses(text)).toBe(false);
    expect(await parses(withoutGaps(text, grammar)!)).toBe(true);
  });

  it('leave other texts as they are', () => {
    expect(withoutGaps('const a: B<C> = 1;\n', 'typescript')).toBeUndefined();
    expect(withoutGaps('a = b\n<C>d', 'python')).toBeUndefined();
  });
});
