import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { lazySyntax } from '../../../src/adapters/syntax/syntax.ts';
import { treeSitter } from '../../../src/adapters/syntax/tree-sitter.ts';
import { grammarFolder } from '../../../src/adapters/system/folders.ts';
import { type GrammarName, grammarNames, longestParsed } from '../../../src/core/syntax/grammars.ts';
import type { SyntaxNode } from '../../../src/core/syntax/tree.ts';
import { NotParsed } from '../../../src/engine/syntax-port.ts';
import { folder } from '../../helpers/orch.ts';

const syntax = lazySyntax(grammarFolder());

/** One that parses and one that does not. */
const texts: Record<GrammarName, readonly [string, string]> = {
  javascript: ['const a = () => <b>{1}</b>;', 'const a = (;'],
  typescript: ['const a = <T,>(b: T): T => b!;', 'const a: = 1;'],
  tsx: ['const a = <T,>(b: T) => <b c={b}/>;', 'const a = <b>;'],
  python: ['def f(a: int) -> int:\n    return a\n', 'def f(:\n    return 1\n'],
  go: ['package a\n\nfunc f() int { return 1 }\n', 'package a\n\nfunc f( int { return 1 }\n'],
  rust: ["fn f<'a>(b: &'a str) -> &'a str { b }", 'fn f( { 1 }'],
  java: ['class A { int f() { return 1; } }', 'class A { int f( { return 1; } }'],
  ruby: ['def f = 1\nputs(f)\n', 'def f(\n  1\nend end\n'],
  php: ['<p><?php echo $a?->b; ?></p>', '<?php function f( { }'],
};

describe('the parser', () => {
  it.each(grammarNames)('reads %s', async (grammar) => {
    const [good, bad] = texts[grammar];
    expect(await syntax.use(grammar, good, ({ hasError }) => hasError)).toBe(false);
    expect(await syntax.use(grammar, bad, ({ hasError }) => hasError)).toBe(true);
  });

  it('counts in the units of strings', async () => {
    const text = "let a = '\u{1F600}\u00E4'; b();\n";
    const call = await syntax.use('javascript', text, (root) => {
      const found = root.namedChild(1)!.namedChild(0)!;
      return [found.type, found.text, text.slice(found.startIndex, found.endIndex)];
    });
    expect(call).toEqual(['call_expression', 'b()', 'b()']);
  });

  it('frees the tree, and passes on what the reader throws', async () => {
    let kept: SyntaxNode | undefined;
    const reading = syntax.use('go', 'package a\n', (root) => {
      kept = root;
      throw new RangeError('mine');
    });
    await expect(reading).rejects.toThrow(new RangeError('mine'));
    expect((kept as unknown as { tree: { 0: number } }).tree[0]).toBe(0);
  });

  it('does not parse what is too long, or takes too long', async () => {
    const long = 'a;'.repeat(longestParsed / 2);
    await expect(syntax.use('javascript', `${long};`, () => 1)).rejects.toThrow(NotParsed);
    const hurried = treeSitter({ folder: grammarFolder(), limitMs: 0 });
    await expect(hurried.use('javascript', 'a;'.repeat(10_000), () => 1)).rejects.toThrow('longer than 0 ms');
    expect(await syntax.use('javascript', 'a;'.repeat(10_000), () => 1)).toBe(1);
  });

  it('says that a grammar cannot be loaded, and writes nothing to the console', async () => {
    const said = ['log', 'error', 'warn'].map((name) => vi.spyOn(console, name as 'log'));
    const broken = folder({ 'tree-sitter-rust.wasm': 'no wasm' });
    copyFileSync(join(grammarFolder(), 'web-tree-sitter.wasm'), join(broken, 'web-tree-sitter.wasm'));
    // A sound module that holds no grammar.
    writeFileSync(
      join(broken, 'tree-sitter-java.wasm'),
      Buffer.from('\0asm\x01\0\0\0\0\x0f\x08dylink.0\x01\x04\0\0\0\0', 'latin1'),
    );
    const partly = treeSitter({ folder: broken });
    for (const grammar of ['rust', 'java', 'go'] as const)
      await expect(partly.use(grammar, '', () => 1)).rejects.toThrow(NotParsed);
    for (const spy of said) expect(spy).not.toHaveBeenCalled();
  });
});

describe('files of data', () => {
  it.each([
    ['yaml', 'a: 1\nb: [1,\n', 3],
    ['yaml', 'a: "1\n', 2],
    ['yaml', 'a: !Ref x\n---\nb: 1\nb: 2\n', undefined],
    ['yaml', '', undefined],
    ['toml', '[a]\nb = \n', 2],
    ['toml', '[a]\nb = 1979-05-27\nc = 9223372036854775807\n', undefined],
  ] as const)('%s %j', async (format, text, line) => {
    expect((await syntax.dataFault(format, text))?.line).toBe(line);
  });

  it('are not parsed when they are too long', async () => {
    await expect(syntax.dataFault('yaml', ' '.repeat(longestParsed + 1))).rejects.toThrow(NotParsed);
  });
});
