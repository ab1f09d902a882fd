/**
 * What other programs make of the same unified diffs. They get the diff without its fence and prose and with
 * the right file names above it, so that only the placing of hunks is compared.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { applyPatch } from 'diff';
import { sectionsOf } from '../../src/core/patch/answer/sections.ts';
import { answerLines } from '../../src/core/patch/text/lines.ts';
import type { PatchCase } from './patch-case.ts';

export interface Baseline {
  name: string;
  /** Undefined when the program is not there. */
  run: ((patchCase: PatchCase, diff: string) => string | undefined) | undefined;
}

export function baselines(workDirectory: string): Baseline[] {
  const program = (name: string, command: string, options: string[]): Baseline => ({
    name,
    run: isThere(command)
      ? (patchCase, diff) => apply(workDirectory, command, options, patchCase, diff)
      : undefined,
  });
  return [
    program('git apply', 'git', ['apply', '-']),
    program('git apply --recount', 'git', ['apply', '--recount', '-']),
    program('patch --fuzz=3', 'patch', [
      '-p1',
      '--fuzz=3',
      '--batch',
      '--forward',
      '--silent',
      '-r',
      '-',
      '--no-backup-if-mismatch',
    ]),
    { name: 'diff applyPatch', run: (patchCase, diff) => applyWithLibrary(patchCase.before, diff) },
  ];
}

/** The diff of an answer under plain headers; undefined when there is none in it. */
export function bareDiff(patchCase: PatchCase): string | undefined {
  const { sections } = sectionsOf(
    answerLines(patchCase.model_text),
    {
      files: [{ path: patchCase.path, text: '' }],
    },
    true,
  );
  const section = sections.find(({ dialect }) => dialect === 'unified');
  if (section?.dialect !== 'unified') return undefined;
  const { lines } = section.block;
  const first = lines.findIndex((line) => line.startsWith('@@'));
  if (first === -1) return undefined;
  return `--- a/${patchCase.path}\n+++ b/${patchCase.path}\n${lines.slice(first).join('\n')}\n`;
}

function isThere(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

function apply(
  workDirectory: string,
  command: string,
  options: string[],
  patchCase: PatchCase,
  diff: string,
): string | undefined {
  const directory = join(workDirectory, 'baseline');
  rmSync(directory, { recursive: true, force: true });
  const file = join(directory, patchCase.path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, patchCase.before);
  const { status } = spawnSync(command, options, {
    cwd: directory,
    input: diff,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return status === 0 ? readFileSync(file, 'utf8') : undefined;
}

function applyWithLibrary(before: string, diff: string): string | undefined {
  try {
    const result = applyPatch(before, diff);
    return result === false ? undefined : result;
  } catch {
    return undefined;
  }
}
