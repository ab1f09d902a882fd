/** What the index costs: CPU, memory and bytes on disk, beside minisearch. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EmbeddedIndex } from '../../../src/core/retrieve/index/embedded-index.ts';
import { mostMatches, rank } from '../../../src/core/retrieve/rank.ts';
import { queryTerms } from '../../../src/core/retrieve/tokens.ts';
import { indexOf, miniSearchOf } from './methods.ts';
import type { TextFile } from './snapshot.ts';

const mostIndexMs = 1500;
const mostLargeIndexMs = 15_000;
const leastTimesMiniSearch = 20;
const mostChangeMs = 50;
const mostMemory = 250e6;
const mostDiskShare = 0.5;

/** About this many blocks: some of the files, or all of them again and again under other names. */
function corpusOf(files: readonly TextFile[], blocks: number): TextFile[] {
  const have = indexOf(files).counts.blocks;
  const wanted = (files.length * blocks) / have;
  return Array.from({ length: Math.round(wanted) }, (_, at) => {
    // Spread over all repositories.
    const file = files[wanted < files.length ? Math.floor((at * files.length) / wanted) : at % files.length]!;
    const copy = Math.floor(at / files.length);
    return copy === 0 ? file : { path: `copy${copy}/${file.path}`, text: file.text };
  });
}

export function measureCosts(files: readonly TextFile[], queries: readonly string[]): void {
  const corpus = corpusOf(files, 10_000);
  const [index, indexMs] = cpuMs(() => indexOf(corpus));
  const [search, miniIndexMs] = cpuMs(() => miniSearchOf(corpus));
  const terms = queries.map((query) => queryTerms(query)).filter((each) => each !== undefined);
  const texts = terms.map((each) => [...each.keys()].join(' '));
  const queryMs =
    least(() => {
      for (const each of terms) index.match(each, { most: mostMatches });
    }) / terms.length;
  const rankMs =
    least(() => {
      for (const each of terms) rank(index.match(each, { most: mostMatches }), { terms: each });
    }) / terms.length;
  const miniQueryMs =
    least(() => {
      for (const each of texts) search.search(each, { tokenize: (text) => text.split(' ') });
    }, 3) / texts.length;
  const bytes = index.encode();
  const changeMs = least(() => change(bytes, corpus));
  const source = corpus.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  console.log(
    `${index.counts.blocks} blocks of ${index.counts.files} files, ${(source / 1e6).toFixed(1)} MB`,
  );
  check('index, ms of CPU', indexMs, mostIndexMs);
  console.log(`  minisearch: ${miniIndexMs.toFixed(0)}`);
  check('query, times as fast as minisearch', miniQueryMs / queryMs, leastTimesMiniSearch, 'least');
  console.log(
    `  ${queryMs.toFixed(3)} ms (ranked: ${rankMs.toFixed(3)} ms), minisearch ${miniQueryMs.toFixed(2)} ms`,
  );
  check('one changed file: load, index, save, ms of CPU', changeMs, mostChangeMs);
  check('disk, share of the source', bytes.length / source, mostDiskShare);
  console.log(
    `  ${(bytes.length / 1e6).toFixed(2)} MB, minisearch ${(JSON.stringify(search).length / 1e6).toFixed(2)} MB`,
  );
  // In a process of its own, so that its memory is that of the index.
  console.log(
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--large'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trimEnd(),
  );
}

/** For 100,000 blocks, in a process of its own. */
export function reportLarge(files: readonly TextFile[]): void {
  const corpus = corpusOf(files, 100_000);
  const before = process.memoryUsage().rss;
  const [index, indexMs] = cpuMs(() => indexOf(corpus));
  const bytes = index.encode();
  const peak = process.resourceUsage().maxRSS * 1024;
  const [, loadMs] = cpuMs(() => EmbeddedIndex.decode(bytes));
  const terms = queryTerms('where are retries of a failed request decided')!;
  const queryMs = least(() => index.match(terms, { most: mostMatches }));
  console.log(`${index.counts.blocks} blocks of ${index.counts.files} files`);
  check('index, ms of CPU', indexMs, mostLargeIndexMs);
  check('memory while indexing, MB', (peak - before) / 1e6, mostMemory / 1e6);
  console.log(
    `  load ${loadMs.toFixed(0)} ms, query ${queryMs.toFixed(1)} ms, ${(bytes.length / 1e6).toFixed(1)} MB on disk`,
  );
}

/** What one changed file costs: the index is loaded, edited and saved. */
function change(bytes: Uint8Array, corpus: readonly TextFile[]): Uint8Array {
  const edit = EmbeddedIndex.decode(bytes)!.edit();
  const { path, text } = corpus[Math.floor(corpus.length / 2)]!;
  edit.put({ path, stamp: 'new', hash: 'new', text: `${text}\nchanged\n` });
  return edit.done().encode();
}

function cpuMs<T>(work: () => T): [T, number] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}

function least(work: () => unknown, times = 5): number {
  return Math.min(...Array.from({ length: times }, () => cpuMs(work)[1]));
}

function check(what: string, value: number, bar: number, side: 'most' | 'least' = 'most'): void {
  const missed = side === 'most' ? value > bar : value < bar;
  if (missed) process.exitCode = 1;
  console.log(
    `${what.padEnd(48)} ${value.toFixed(value < 10 ? 2 : 0).padStart(7)} (at ${side} ${bar}) ${missed ? 'MISSED' : 'ok'}`,
  );
}
