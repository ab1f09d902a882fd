/** A change in git as a part of a request. The patch core is loaded only if there is one. */
import type { FileDiff } from '../../core/input/assemble-input.ts';
import type { Source } from '../../core/input/source-file.ts';
import type { FileChange } from '../../core/patch/types.ts';
import type { GitChange, SourceSet } from '../ports.ts';

export async function diffsOf(changes: readonly FileChange[]): Promise<FileDiff[]> {
  if (changes.length === 0) return [];
  const { emitPatches } = await import('../../core/patch/git/emit-patch.ts');
  return emitPatches(changes).map((diff, at) => ({ path: changes[at]!.path, diff }));
}

/** Around a part of the input, roughly. */
const tagCharacters = 200;

/**
 * A patch can only be placed in files that are given, so those that have changed are given too, as far as they fit
 * beside the rest; those that do not are named in a warning.
 */
export async function withChangedFiles(
  named: SourceSet,
  changed: GitChange,
  maxTokens: number,
  instructionCharacters: number,
): Promise<SourceSet> {
  // Of another repository than the files that are named: its diff alone goes along.
  if (named.sources.length > 0 && named.base !== changed.base) return named;
  const given = new Set(named.sources.map(({ path }) => path));
  const parts = [
    ...named.sources.map(({ text }) => text),
    ...(await diffsOf(changed.changes)).map(({ diff }) => diff),
  ];
  let room = maxTokens * 3 - instructionCharacters;
  for (const text of parts) room -= text.length + tagCharacters;
  const fitting: Source[] = [];
  const warnings: string[] = [];
  for (const source of (await changed.currentFiles()).reverse()) {
    if (given.has(source.path)) continue;
    const left = room - source.text.length - tagCharacters;
    if (left < 0) warnings.push(`${source.path} does not fit as a whole, so a patch cannot change it`);
    else {
      room = left;
      fitting.unshift(source);
    }
  }
  return {
    base: changed.base,
    exists: changed.exists,
    sources: [...named.sources, ...fitting],
    warnings: [...named.warnings, ...warnings],
  };
}
