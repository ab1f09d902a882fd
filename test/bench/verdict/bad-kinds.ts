/** Bad tests, each made from a good file: what a careless person or a model writes. For vitest, with types or without. */

export interface GoodFile {
  text: string;
  /** As a test file imports the code. */
  specifier: string;
  /** Of the code, relative to the folder in which tests run. */
  source: string;
}

type Kind = (good: GoodFile) => string;

/** In place of vitest's own: what is called does not matter, and nothing fails. */
const permissive = `const anything: any = new Proxy(function () {}, {
  get: (_, name) => (name === 'then' || typeof name === 'symbol' ? undefined : anything),
  apply: () => anything,
});`;

/** With `expect` under another name, for one of ours to take its place. */
function replaced(text: string, expectation: string): string {
  const renamed = text.replace(
    /(import \{[^}]*)\bexpect\b([^}]*\} from 'vitest';?)/,
    '$1expect as realExpect$2',
  );
  return renamed.replace(/(from 'vitest';?\n)/, `$1${expectation}\n`);
}

const fresh = (body: string) => (good: GoodFile) =>
  `import { describe, expect, it, vi } from 'vitest';
import * as code from '${good.specifier}';
void [code, describe, vi];
${body.replaceAll('SOURCE', good.source)}
`;
const appended = (body: string) => (good: GoodFile) =>
  `${good.text}\n${body.replaceAll('SOURCE', good.source)}\n`;

export const badKinds: Readonly<Record<string, Kind>> = {
  'asserts removed': ({ text }) => replaced(text, `${permissive}\nconst expect = anything;`),
  'asserts only printed': ({ text }) =>
    replaced(text, `${permissive}\nconst expect: any = (value: unknown) => (console.log(value), anything);`),
  tautologies: ({ text }) =>
    replaced(text, `${permissive}\nconst expect: any = () => (realExpect(true).toBe(true), anything);`),
  'catches everything': ({ text }) =>
    replaced(
      text,
      `const quiet = (real: any): any => new Proxy(real, {
  get: (_, name) => (typeof real[name] === 'function' || (real[name] && typeof real[name] === 'object') ? quiet(typeof real[name] === 'function' ? real[name].bind(real) : real[name]) : real[name]),
  apply: (_, self, given) => { try { const made = Reflect.apply(real, self, given); if (made?.catch) return made.catch(() => {}); return made && typeof made === 'object' ? quiet(made) : made; } catch {} },
});
const expect: any = quiet(realExpect);`,
    ),
  'all skipped': ({ text }) => text.replace(/^(\s*)(describe|it|test)(?=[.(])/gm, '$1$2.skip'),
  'all to do': () => `import { it } from 'vitest';\nit.todo('works');\n`,
  'wrong value': ({ text }) =>
    text.replace(/\.(toBe|toEqual|toHaveLength|toContain|toMatchObject)\(/, '.not.$1('),
  'test of the mock': fresh(
    `it('works', () => { const work = vi.fn(() => 3); expect(work()).toBe(3); expect(work).toHaveBeenCalled(); });`,
  ),
  'without the code': () =>
    `import { expect, it } from 'vitest';\nit('adds', () => expect(1 + 1).toBe(2));\n`,
  'only types': fresh(
    `it('exports', () => { for (const each of Object.values(code)) expect(['function', 'object', 'string', 'number', 'boolean']).toContain(typeof each); });`,
  ),
  'only defined': fresh(
    `it('is there', () => { expect(code).toBeDefined(); expect(Object.keys(code)).not.toBeNull(); });`,
  ),
  'a copy of the code': fresh(
    `const add = (a: number, b: number) => a + b;\nit('adds', () => { expect(add(1, 2)).toBe(3); expect(add(-1, 1)).toBe(0); });`,
  ),
  'no throw': fresh(
    `it('does not throw', () => { for (const each of Object.values(code)) expect(() => { try { (each as any)(); } catch {} }).not.toThrow(); });`,
  ),
  'snapshot never seen': appended(
    `it('matches', () => realSnapshot()); function realSnapshot() { expect(Object.keys({ a: 1 })).toMatchSnapshot(); }`,
  ),
  'syntax error': ({ text }) => text.trimEnd().slice(0, -4),
  'wrong import': (good) =>
    good.text.replaceAll(good.specifier, `${good.specifier.replace(/\.\w+$/, '')}-nowhere.js`),
  'sleeps for ever': appended(`it('sleeps', () => new Promise(() => {}), 1e9);`),
  'endless loop': appended(`it('loops', () => { for (;;) {} });`),
  'flaky by order': appended(
    `const seen: number[] = [];\ndescribe('order', () => { it('first', () => { seen.push(1); expect(seen).toHaveLength(1); }); it('second', () => { expect(seen).toHaveLength(1); }); });`,
  ),
  'flaky by time zone': appended(
    `it('zone', () => expect(new Date(2026, 0, 1).toISOString()).toBe('2026-01-01T00:00:00.000Z'));`,
  ),
  'flaky by locale': appended(`it('locale', () => expect((1234.5).toLocaleString()).toBe('1,234.5'));`),
  'flaky by random': appended(`it('random', () => expect(Math.random()).toBeLessThan(0.3));`),
  'flaky by clock': appended(`it('clock', () => expect(Date.now() % 10).toBeLessThan(2));`),
  'writes into the code': appended(
    `it('writes', async () => { (await import('node:fs')).appendFileSync('SOURCE', '\\n// changed\\n'); });`,
  ),
  'leaves the process': ({ text }) => `process.exit(0);\n${text}`,
  'focus on a trivial test': appended(`it.only('is', () => expect(true).toBe(true));`),
  'empty file': () => '',
  'no test': fresh(`console.log(Object.keys(code));`),
};
