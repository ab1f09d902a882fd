/**
 * How one run of a JavaScript runner tries all mutants: a copy of the test file for each, which turns its mutant on. The
 * runner has to give each file globals of its own.
 */
import { mutantSwitch } from '../syntax/switched-mutants.ts';
import { nameOfTest, readTestName } from './test-names.ts';

/** Frameworks that run each test file with globals of its own. */
const isolating = new Set(['vitest', 'jest', 'node:test']);

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

/** Comments that tools read only at the start of a file, and then directives, which have to come before statements. */
const comments = /^(?:\s*(?:\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/))*\s*/;
const directives = /^(?:\s*(?:\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|(['"])use \w+\1[ \t]*(?:;|(?=\n))))*/;

/**
 * The test with a statement at its start that turns on a mutant, or none for 0. Each mutant that is reached leaves an
 * empty file of its number in the folder; the switch itself one named 0. Types are not checked: the statement needs none.
 */
export function withMutant(text: string, mutant: number, hits: string): string {
  const shebang = /^#!.*(?:\n|$)/.exec(text)?.[0] ?? '';
  const rest = text.slice(shebang.length).replace(/^\uFEFF/, '');
  const first = comments.exec(rest)![0];
  const second = directives.exec(rest.slice(first.length))![0];
  const body = rest.slice(first.length + second.length);
  const start = first === '' || first.endsWith('\n') ? first : `${first}\n`;
  return `${shebang}${start}// @ts-nocheck\n${second}${switchStatement(mutant, hits)}${body}`;
}

/** On one line, in a module and in a script. */
function switchStatement(mutant: number, hits: string): string {
  // A runner may put something else in the place of what is imported or required.
  const fs = `(process.getBuiltinModule?.('node:fs') ?? require('node:fs'))`;
  return [
    `;{ const turns = new Map(), write = ${fs}.writeFileSync;`,
    `const reach = (id) => { try { write(${JSON.stringify(`${hits}/`)} + id, ''); } catch {} }; reach(0);`,
    `globalThis.${mutantSwitch} = (id) => {`,
    `const turn = (turns.get(id) ?? 0) + 1; turns.set(id, turn); if (turn === 1) reach(id);`,
    `if (id !== ${mutant}) return false;`,
    `if (turn > ${mostTurns}) throw new RangeError('the changed code does not end');`,
    `return true; }; }`,
  ].join(' ');
}
