import { describe, expect, it } from 'vitest';
import { copyName, withMutant } from '../../../src/core/verdict/mutant-files.ts';

const at = (text: string) =>
  withMutant(text, 2, '/reports').replace(/;\{ const turns.*return true; \}; \}/, '<switch>');

describe('a copy of the tests for a mutant', () => {
  it.each([
    ['nothing', 'test();\n', '// @ts-nocheck\n<switch>test();\n'],
    ['nothing at all', '', '// @ts-nocheck\n<switch>'],
    [
      'a docblock',
      '/** @jest-config-loader x */\ntest();',
      '/** @jest-config-loader x */\n// @ts-nocheck\n<switch>test();',
    ],
    ['a docblock on the same line', '/* a */ test();', '/* a */ \n// @ts-nocheck\n<switch>test();'],
    ['a directive', "'use strict';\ntest();", "// @ts-nocheck\n'use strict';<switch>\ntest();"],
    [
      'a directive without a semicolon',
      '"use strict"\ntest();',
      '// @ts-nocheck\n"use strict"<switch>\ntest();',
    ],
    [
      'comments around a directive',
      "// a\n'use strict';\n/* b */\nx;",
      "// a\n// @ts-nocheck\n'use strict';\n/* b */<switch>\nx;",
    ],
    ['a shebang', '#!/usr/bin/env node\ntest();', '#!/usr/bin/env node\n// @ts-nocheck\n<switch>test();'],
    ['a byte order mark', '\uFEFFtest();', '// @ts-nocheck\n<switch>test();'],
    ['a text that only looks like a directive', "'use x'.length;", "// @ts-nocheck\n<switch>'use x'.length;"],
    ['a comment that is not closed by a line', '// only', '// only\n// @ts-nocheck\n<switch>'],
  ])('begins with what has to come first: %s', (_name, text, expected) => {
    expect(at(text)).toBe(expected);
  });

  it('turns on one mutant, tells which are reached, and ends a loop', () => {
    const written: string[] = [];
    const fs = { writeFileSync: (path: string) => written.push(path) };
    const scope: { __orchMutant?: (id: number) => boolean } = {};
    const run = new Function('globalThis', 'process', withMutant('', 2, '/reports'));
    run(scope, { getBuiltinModule: () => fs });
    expect([1, 2, 2, 3].map((id) => scope.__orchMutant!(id))).toEqual([false, true, true, false]);
    expect(written).toEqual(['/reports/0', '/reports/1', '/reports/2', '/reports/3']);
    const turn = () => {
      for (;;) scope.__orchMutant!(2);
    };
    expect(turn).toThrow('the changed code does not end');
  });

  it('does not fail where nothing can be written', () => {
    const scope: { __orchMutant?: (id: number) => boolean } = {};
    const fail = () => {
      throw new Error('EROFS');
    };
    const run = new Function('globalThis', 'process', 'require', withMutant('', 1, '/reports'));
    run(scope, {}, () => ({ writeFileSync: fail }));
    expect(scope.__orchMutant!(1)).toBe(true);
  });

  it.each([
    ['src/cart.test.ts', 'typescript', 'src/cart__m3.test.ts'],
    ['test/test_cart.js', 'javascript', 'test/test_cart__m3.js'],
    ['test/cart.js', 'javascript', 'test/cart__m3.js'],
    ['cart.spec.tsx', 'typescript', 'cart__m3.spec.tsx'],
  ])('keeps the form of its name: %s', (path, language, expected) => {
    expect(copyName(path, 3, language)).toBe(expected);
  });
});
