/**
 * How one run of a JavaScript runner tries all mutants: a copy of the test file for each, which turns its mutant on. The
 * runner has to give each file globals of its own.
 */
import { mutantSwitch } from '../syntax/switched-mutants.ts';
import { nameOfTest, readTestName } from './test-names.ts';

/** Frameworks that run each test file with globals of its own. */
const isolating = new Set(['vitest', 'jest']);

export function isolatesFiles(framework: string): boolean {
  return isolating.has(framework);
}

/** Of the copy for a mutant, beside the test itself; 0 for none. */
export function copyName(path: string, mutant: number, language: string): string {
  const slash = path.lastIndexOf('/') + 1;
  const name = path.slice(slash);
  const read = readTestName(name, language);
  const suffix = `__m${mutant}`;
  if (read) return path.slice(0, slash) + nameOfTest({ ...read, stem: `${read.stem}${suffix}` });
  return path.slice(0, slash) + name.replace(/(\.\w+)$/, `${suffix}$1`);
}

/** A loop that a mutant keeps from ending is ended by an error after so many turns. */
const mostTurns = 1_000_000;

/** What a file has to begin with: comments that tools read, and directives. */
const opening = /^(?:\s*(?:\/\/[^\n]*\n|\/\*[\s\S]*?\*\/|(['"])use \w+\1[ \t]*;?))*[ \t]*/;

/**
 * The test with a statement at its start that turns on a mutant, or none for 0. Each mutant that is reached leaves an
 * empty file of its number in the folder.
 */
export function withMutant(text: string, mutant: number, hits: string): string {
  const shebang = /^#!.*\n/.exec(text)?.[0] ?? '';
  const rest = text.slice(shebang.length);
  const start = opening.exec(rest)![0];
  return `${shebang}${start}${switchStatement(mutant, hits)}${rest.slice(start.length)}`;
}

/** On one line, and valid with and without types, in a module and in a script. */
export function switchStatement(mutant: number, hits: string): string {
  const turns = `${mutantSwitch}Turns`;
  const fs = `(typeof require === 'function' ? require('node:fs') : process.getBuiltinModule('node:fs'))`;
  return [
    `;Object.assign(globalThis, { ${mutantSwitch}: function () {`,
    `const id = arguments[0], turns = Reflect.get(globalThis, '${turns}');`,
    `if (!turns.has(id)) try { ${fs}.writeFileSync(${JSON.stringify(`${hits}/`)} + id, ''); } catch {}`,
    `turns.set(id, (turns.get(id) ?? 0) + 1);`,
    `if (id !== ${mutant}) return false;`,
    `if (turns.get(id) > ${mostTurns}) throw new RangeError('the changed code does not end');`,
    `return true; }, ${turns}: new Map() });`,
  ].join(' ');
}
