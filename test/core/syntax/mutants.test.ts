import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { lazySyntax } from '../../../src/adapters/syntax/syntax.ts';
import { grammarFolder } from '../../../src/adapters/system/folders.ts';
import type { GrammarName } from '../../../src/core/syntax/grammars.ts';
import { type Mutant, type MutantOptions, mutantsOf, mutated } from '../../../src/core/syntax/mutants.ts';
import { canSwitch, mutantSwitch, switchedSource } from '../../../src/core/syntax/switched-mutants.ts';

const syntax = lazySyntax(grammarFolder());
const mutantsIn = (grammar: GrammarName, source: string, options?: MutantOptions) =>
  syntax.use(grammar, source, (root) => mutantsOf(root, grammar, options));
const parses = (grammar: GrammarName, text: string) => syntax.use(grammar, text, ({ hasError }) => !hasError);
const shown = (source: string, mutants: readonly Mutant[]) =>
  mutants.map((mutant) => {
    const { function: name, line, kind, start, end, replacement } = mutant;
    return `${name}:${line} ${kind}: ${source.slice(start, end)} -> ${replacement}`;
  });

const javascript = `'use strict';
const limit = 1 + 1;
/* \u{1F600} */ function total(list, tax = 3) {
  let sum = 0;
  for (const item of list) {
    if (item.price > limit) note(item)
    sum = sum + item.price * 2;
  }
  return sum;
}
const isOpen = (door) => door.open === true;
class Box {
  async size() {
    await this.load();
    return { 1: this.a, width: this.a ?? 7, text: 'a' + this.b };
  }
}
`;
const python = `def f(a, b=1):
    if (a and
            b):
        g(a)
        return a + 2
    x = 1 if a is None else 3
    return (x, True)
`;
const go = `package a

func F(a int) (int, bool) {
	if a > 1 && a < 9 {
		g(a)
		return a + 2, true
	}
	return 0, false
}
`;

describe('mutants', () => {
  it('are small changes in the bodies of functions', async () => {
    expect(
      shown(javascript, await mutantsIn('javascript', javascript, { most: 99, perFunction: 99 })),
    ).toEqual([
      'total:6 negating the condition: item.price > limit -> !(item.price > limit)',
      'isOpen:11 !== in place of ===: === -> !==',
      "size:15 returning nothing: { 1: this.a, width: this.a ?? 7, text: 'a' + this.b } -> undefined",
      'total:9 returning nothing: sum -> undefined',
      'isOpen:11 false in place of true: true -> false',
      'size:15 || in place of ??: ?? -> ||',
      'total:6 >= in place of >: > -> >=',
      'size:14 dropping the call: await this.load(); -> ;',
      'total:6 dropping the call: note(item) -> ;',
      'size:15 8 in place of 7: 7 -> 8',
      'total:4 1 in place of 0: 0 -> 1',
      'total:7 - in place of +: + -> -',
      'total:7 3 in place of 2: 2 -> 3',
      'total:7 / in place of *: * -> /',
    ]);
  });

  it('of Python', async () => {
    expect(shown(python, await mutantsIn('python', python, { most: 99, perFunction: 99 }))).toEqual([
      'f:2 negating the condition: a and\n            b -> (not (a and\n            b))',
      'f:5 returning nothing: a + 2 -> None',
      'f:2 or in place of and: and -> or',
      'f:7 False in place of True: True -> False',
      'f:4 dropping the call: g(a) -> pass',
      'f:5 3 in place of 2: 2 -> 3',
      'f:6 negating the condition: a is None -> (not (a is None))',
      'f:7 returning nothing: (x, True) -> None',
      'f:5 - in place of +: + -> -',
      'f:6 2 in place of 1: 1 -> 2',
      'f:6 4 in place of 3: 3 -> 4',
    ]);
  });

  it('of Go, where a function has to return', async () => {
    expect(shown(go, await mutantsIn('go', go, { most: 99, perFunction: 99 }))).toEqual([
      'F:4 negating the condition: a > 1 && a < 9 -> !(a > 1 && a < 9)',
      'F:4 || in place of &&: && -> ||',
      'F:6 false in place of true: true -> false',
      'F:5 dropping the call: g(a) -> ',
      'F:4 2 in place of 1: 1 -> 2',
      'F:4 >= in place of >: > -> >=',
      'F:8 true in place of false: false -> true',
      'F:4 10 in place of 9: 9 -> 10',
      'F:4 <= in place of <: < -> <=',
      'F:6 3 in place of 2: 2 -> 3',
      'F:6 - in place of +: + -> -',
      'F:8 1 in place of 0: 0 -> 1',
    ]);
  });

  it('are at most three for each function, eight in all, of the targets first', async () => {
    const source = ['a', 'b', 'c', 'd', 'e']
      .map((name) => `function ${name}(x) { if (x > 1) { f(); g(); return x + 1; } return true; }\n`)
      .join('');
    const names = async (options?: MutantOptions) =>
      (await mutantsIn('javascript', source, options)).map((mutant) => mutant.function).join('');
    expect(await names()).toBe('abcdeabc');
    expect(await names({ targets: ['d', 'b'] })).toBe('bdbdbdac');
    expect(await names({ targets: ['d'], perFunction: 1, most: 3 })).toBe('dab');
    const mutants = await mutantsIn('javascript', source);
    expect(mutants.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await mutantsIn('javascript', source)).toEqual(mutants);
  });

  it('are none in a source with errors, without functions, or in another language', async () => {
    expect(await mutantsIn('javascript', 'function f( { return 1; }')).toEqual([]);
    expect(await mutantsIn('javascript', 'if (a > 1) b();\n')).toEqual([]);
    expect(await mutantsIn('rust', 'fn f() -> i32 { 1 + 1 }')).toEqual([]);
  });

  it('are not looked for below very many levels', async () => {
    const sum = Array.from({ length: 3000 }, () => 'a').join(' + ');
    expect((await mutantsIn('javascript', `function f(a) { return ${sum}; }`)).length).toBe(3);
  });

  it.each<[GrammarName, string]>([
    ['javascript', javascript],
    ['typescript', javascript],
    ['tsx', javascript],
    ['python', python],
    ['go', go],
  ])('of %s differ from the source, and parse', async (grammar, source) => {
    const mutants = await mutantsIn(grammar, source, { most: 99, perFunction: 99 });
    expect(mutants.length).toBeGreaterThan(4);
    for (const mutant of mutants) {
      const text = mutated(source, mutant);
      expect(text).not.toBe(source);
      expect(await parses(grammar, text), text).toBe(true);
    }
    if (!canSwitch(grammar)) return;
    const text = switchedSource(source, grammar, mutants);
    expect(await parses(grammar, text), text).toBe(true);
    expect(switchedSource(source, grammar, []).replace('// @ts-nocheck\n', '')).toBe(source);
  });
});

describe('mutants behind a switch', () => {
  const source = `
    'use strict';
    exports.kind = (n) => (n === 1 && n < 2 ? 'one' : n > 10 ? 'many' : hoisted(n))
    exports.run = function (log) {
      if (log) log('a'); else log = 3
      this.note('b') // said
      // twice
      const open = true
      label: for (const at of [0, 1]) { if (this.stop) continue label; this.count += at + 1 }
      return open || log
    }
    exports.tasks = function* () { const got = yield 1 + 1; if (got ?? true) { later(got) } return got }
    exports.wait = async () => { await later(2); if (await later(3) > 2) return 5; return 6 }
    function hoisted(n) { return n * 2 + arguments.length }
    async function later(n) { return n }
    exports.names = () => ({ 1: 2, a: false, ['b' + 1]: -1, c() { return 4 } })
  `;

  async function run(text: string, chosen?: number) {
    const exports: Record<string, (...args: never[]) => unknown> = {};
    const reached = new Set<number>();
    const ask = (id: number) => {
      reached.add(id);
      return id === chosen;
    };
    const globals = chosen === undefined ? {} : { [mutantSwitch]: ask };
    runInNewContext(text, { exports, ...globals });
    const {
      kind,
      run: runs,
      tasks,
      wait,
      names,
    } = exports as never as Record<string, (...args: unknown[]) => unknown>;
    const said: unknown[] = [];
    const counter = { count: 0, stop: false, note: (word: string) => said.push(word) };
    const steps = tasks!() as Generator;
    const results = [
      ...[1, 2, 11].map((n) => kind!(n)),
      ...[
        runs!.call(counter, (word: string) => said.push(word)) === true,
        runs!.call(counter),
        counter,
        said,
      ],
      ...[steps.next(), steps.next(7), await wait!(), JSON.stringify(names!())],
    ];
    return { results: JSON.stringify(results), reached: [...reached].sort((a, b) => a - b) };
  }

  it('does what the source does as long as none is chosen', async () => {
    const mutants = await mutantsIn('javascript', source, { most: 99, perFunction: 99 });
    const text = switchedSource(source, 'javascript', mutants);
    const { results } = await run(source);
    expect(await run(text)).toEqual({ results, reached: [] });
    const none = await run(text, 0);
    expect(none.results).toBe(results);
    expect(none.reached.length).toBeGreaterThan(mutants.length / 2);
  });

  it('does what the chosen one does', async () => {
    const mutants = await mutantsIn('javascript', source, { most: 99, perFunction: 99 });
    const text = switchedSource(source, 'javascript', mutants);
    const outcome = (each: Promise<{ results: string }>) =>
      each.then(({ results }) => results).catch((error: Error) => error.message);
    const { results } = await run(source);
    const changed: string[] = [];
    for (const mutant of mutants) {
      const alone = await outcome(run(mutated(source, mutant)));
      expect(await outcome(run(text, mutant.id)), mutant.kind).toBe(alone);
      if (alone !== results) changed.push(mutant.kind);
    }
    expect(changed.length).toBeGreaterThan(mutants.length / 2);
  });

  it('is not checked by TypeScript, after the line that names an interpreter', async () => {
    const typed =
      '#!/usr/bin/env node\nexport function f(a: string | number) {\n  return typeof a === "string";\n}\n';
    const mutants = await mutantsIn('typescript', typed, { most: 1 });
    expect(switchedSource(typed, 'typescript', mutants)).toBe(
      '#!/usr/bin/env node\n// @ts-nocheck\nexport function f(a: string | number) {\n  return (globalThis.__orchMutant?.(1) ? ((undefined) as never) : (typeof a === "string"));\n}\n',
    );
  });
});
