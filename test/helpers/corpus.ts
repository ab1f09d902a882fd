/** A corpus of texts in memory. */
import { createHash } from 'node:crypto';
import { searchableText, skippedByName } from '../../src/core/retrieve/corpus-rules.ts';
import type { Corpus } from '../../src/core/retrieve/types.ts';

export function corpusOf(files: Readonly<Record<string, string>>, base = '/corpus'): Corpus {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);
  const paths = Object.keys(files)
    .filter((path) => skippedByName(path) === undefined)
    .sort();
  return {
    base,
    entries: paths.map((path) => ({ path, stamp: hashOf(files[path]!) })),
    skipped: {},
    warnings: [],
    read(path) {
      const { text, skipped } = searchableText(Buffer.from(files[path]!));
      if (skipped !== undefined) return { skipped, stamp: hashOf(files[path]!) };
      return { text, hash: hashOf(files[path]!), stamp: hashOf(files[path]!) };
    },
  };
}
