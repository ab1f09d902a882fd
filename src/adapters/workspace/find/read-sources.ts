/** Reads the files that arguments name, which must be text. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import type { LineRange, Source } from '../../../core/input/source-file.ts';
import { textOf } from '../../../core/text/utf8.ts';
import type { SourceSet } from '../../../engine/ports.ts';
import { isInside } from '../../system/paths.ts';
import { readRegularFile } from '../../system/regular-file.ts';
import { refuseLinked } from '../git/patchable.ts';
import { type FoundFile, findFiles, leftOut, notText } from './find-files.ts';
import type { Roots } from './roots.ts';

/** Larger files never fit in a request. */
const maxFileBytes = 32 * 1024 * 1024;

export async function readSources(
  fileArguments: readonly string[],
  roots: Roots,
  { signal, toPatch }: { signal: AbortSignal; toPatch: boolean },
): Promise<SourceSet> {
  const found = await findFiles(fileArguments, roots, signal);
  const read = readAll(found.files, roots);
  if (toPatch) for (const { path } of read.sources) refuseLinked(read.base, path);
  return { ...read, warnings: [...found.warnings, ...read.warnings] };
}

function readAll(found: readonly FoundFile[], roots: Roots): SourceSet {
  const { cwd } = roots;
  const base = baseOf(found[0]?.path, roots);
  const binary = new Map<string, string[]>();
  const sources = found.flatMap(({ path, range, by }): Source[] => {
    const inside = isInside(path, base);
    const shown = inside ? relative(base, path).split(sep).join('/') : path;
    const read = readText(path, isAbsolute(shown) ? shown : relative(cwd, path) || shown);
    if ('fault' in read) {
      if (by === undefined) throw read.fault;
      binary.set(by, [...(binary.get(by) ?? []), path]);
      return [];
    }
    const { text, executable } = read;
    if (range) checkRange(range, text, shown);
    return [{ path: shown, text, mode: executable ? '100755' : '100644', range }];
  });
  const [only] = binary.keys();
  if (sources.length === 0 && only !== undefined) {
    throw new OrchError('file-not-found', `${only}: matches only files that are not text`, {
      hint: 'only text can be sent',
    });
  }
  const warnings = [...binary].flatMap(([by, paths]) =>
    leftOut(paths, notText, cwd).map((what) => `${by} left out ${what}`),
  );
  const outside = sources.find((source) => isAbsolute(source.path));
  if (outside) {
    throw new OrchError('usage', `${outside.path} is not in ${base}, unlike the first file`, {
      hint: 'pass files of a single repository per call',
    });
  }
  return { base, sources, warnings, exists: (path) => existsSync(join(base, path)) };
}

/** The working directory's repository if the file is in it, else the file's own, or the root around it. */
function baseOf(first: string | undefined, { cwd, folders, topOf }: Roots): string {
  const home = topOf(cwd) ?? cwd;
  if (first === undefined || (isInside(first, home) && folders.includes(cwd))) return home;
  return topOf(dirname(first)) ?? folders.find((root) => isInside(first, root)) ?? home;
}

/** The fault of a file that is not text; throws those of others. */
function readText(path: string, shown: string): { text: string; executable: boolean } | { fault: OrchError } {
  const reading = readRegularFile(path, maxFileBytes);
  if (reading.bytes === undefined) {
    const code = reading.fault === 'too-large' ? 'input-too-large' : 'file-unreadable';
    const hint = { 'too-large': 'pass a smaller file', unreadable: 'check its permissions' };
    throw new OrchError(code, `${shown} ${reading.message}`, {
      hint: hint[reading.fault as keyof typeof hint] ?? 'pass a regular file',
    });
  }
  const { text, fault } = textOf(reading.bytes);
  if (fault === undefined) return { text, executable: reading.executable };
  const hint = fault === 'a binary file' ? 'only text can be sent' : 'convert it to UTF-8 first';
  return { fault: new OrchError('file-unreadable', `${shown} is ${fault}`, { hint }) };
}

function checkRange({ from, to }: LineRange, text: string, shown: string): void {
  // A trailing newline does not start another line.
  const lines = Math.max(1, text.replace(/\n$/, '').split('\n').length);
  if (from >= 1 && from <= to && from <= lines) return;
  const fault = from > to ? 'the range ends before it starts' : `the file has lines 1 to ${lines}`;
  throw new OrchError('usage', `${shown}:${from}-${to}: ${fault}`, {
    hint: 'use a range such as path:10-40',
  });
}
