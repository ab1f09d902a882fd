/**
 * False alarms of the checks of code: on real files, and on the two sides of real commits.
 * `npm run bench:parse -- FOLDER…`: every file below the folders that a grammar reads; a bare git repository counts by
 * its commits. Prints per language: files, alarms, per cent.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { lazySyntax } from '../../src/adapters/syntax/syntax.ts';
import { grammarFolder } from '../../src/adapters/system/folders.ts';
import { lacksOpeningTag } from '../../src/core/answer/check-code.ts';
import { markOn } from '../../src/core/patch/dialects/edit-marks.ts';
import { fenceOn } from '../../src/core/patch/dialects/markdown-fences.ts';
import { leftOutLine } from '../../src/core/patch/text/left-out.ts';
import { lostExports } from '../../src/core/syntax/exports.ts';
import { type GrammarName, grammarOfPath, languageOfGrammar } from '../../src/core/syntax/grammars.ts';
import { parseText } from '../../src/engine/finish/parse-text.ts';

const syntax = lazySyntax(grammarFolder());
/** Files of a language, and commits of a repository. */
const mostFiles = Number(process.env.FILES ?? 600);
const mostCommits = Number(process.env.COMMITS ?? 400);
/** Alarms that are printed. */
const shown = Number(process.env.SHOWN ?? 5);

type Tally = Record<'files' | 'unparsed' | 'elided' | 'marked' | 'untagged' | 'lost', number>;
const tallies = new Map<string, Tally>();

function tallyOf(name: string): Tally {
  const tally = tallies.get(name) ?? { files: 0, unparsed: 0, elided: 0, marked: 0, untagged: 0, lost: 0 };
  tallies.set(name, tally);
  return tally;
}

function alarm(tally: Tally, kind: keyof Tally, path: string, what: string): void {
  tally[kind]++;
  if (tally[kind] <= shown) console.log(`  ${kind}: ${path}: ${what}`);
}

const read = (grammar: GrammarName, text: string) => parseText(syntax, grammar, text);

function checkLines(text: string, path: string, known: ReadonlySet<string>, tally: Tally): void {
  const grammar = grammarOfPath(path)!;
  const language = path.endsWith('.pyi') ? 'pyi' : languageOfGrammar(grammar);
  const elided = leftOutLine(text, { language, known: (line) => known.has(line) });
  if (elided !== undefined) alarm(tally, 'elided', path, elided);
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !known.has(line.trim()));
  const [first = '', last = ''] = [lines[0], lines.at(-1)];
  const isMark = fenceOn(first) ?? markOn(first) ?? markOn(last) ?? fenceOn(last)?.info === '';
  const mark = isMark ? `${first} … ${last}` : undefined;
  if (mark !== undefined) alarm(tally, 'marked', path, mark);
}

async function checkFile(path: string): Promise<void> {
  const grammar = grammarOfPath(path)!;
  const tally = tallyOf(`${grammar} files`);
  if (tally.files >= mostFiles || statSync(path).size > 500_000) return;
  const text = readFileSync(path, 'utf8');
  if (text.trim() === '' || text.includes('\uFFFD')) return;
  tally.files++;
  const { fault } = await read(grammar, text);
  if (fault) alarm(tally, 'unparsed', path, `line ${fault.line}: ${fault.what}`);
  if (grammar === 'php' && lacksOpeningTag(text)) alarm(tally, 'untagged', path, '');
  checkLines(text.replaceAll('\r\n', '\n'), path, new Set(), tally);
}

function walk(folder: string, found: string[] = []): string[] {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // Holds what compilers are to refuse.
    if (entry.name === 'testdata') continue;
    if (entry.isDirectory()) walk(path, found);
    else if (entry.isFile() && grammarOfPath(path) && !/\.min\.js$/.test(path)) found.push(path);
  }
  return found;
}

/** Spread over the folder, the same at each run. */
function spread(paths: readonly string[]): string[] {
  return [...groups(paths).values()].flatMap((list) => {
    const step = Math.max(1, list.length / mostFiles);
    return Array.from({ length: Math.min(list.length, mostFiles) }, (_, at) => list[Math.floor(at * step)]!);
  });
}

function groups(paths: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of paths) {
    const grammar = grammarOfPath(path)!;
    const list = found.get(grammar);
    if (list) list.push(path);
    else found.set(grammar, [path]);
  }
  return found;
}

const git = (repository: string, args: readonly string[]) =>
  execFileSync('git', ['--git-dir', repository, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });

async function checkCommits(repository: string): Promise<void> {
  const log = git(repository, [
    ...['log', '--no-merges', '--no-renames', '--diff-filter=M', '--raw', '--abbrev=40', '--format=', 'HEAD'],
    `-n${mostCommits}`,
  ]);
  for (const line of log.split('\n')) {
    const [, before, after, path] = /^:\d+ \d+ ([0-9a-f]{40}) ([0-9a-f]{40}) M\t(.*)$/.exec(line) ?? [];
    const grammar = path === undefined ? undefined : grammarOfPath(path);
    if (!before || !after || !path || !grammar) continue;
    const [old, now] = [before, after].map((id) => git(repository, ['cat-file', 'blob', id])) as [
      string,
      string,
    ];
    if (old.length > 500_000 || now.length > 500_000) continue;
    const earlier = await read(grammar, old);
    if (earlier.fault) continue;
    const tally = tallyOf(`${grammar} pairs`);
    tally.files++;
    const name = `${repository} ${after.slice(0, 8)} ${path}`;
    const { fault, exported } = await read(grammar, now);
    if (fault) alarm(tally, 'unparsed', name, `line ${fault.line}: ${fault.what}`);
    checkLines(now, path, new Set(old.split('\n').map((each) => each.trim())), tally);
    const lost = fault ? [] : lostExports(earlier.exported, exported);
    // What a person has removed is gone on purpose: counted, and no alarm.
    if (lost.length > 0) tally.lost++;
  }
}

const paths: string[] = [];
for (const folder of process.argv.slice(2)) {
  if (existsSync(join(folder, 'HEAD')) && existsSync(join(folder, 'objects'))) await checkCommits(folder);
  else paths.push(...walk(folder));
}
for (const path of spread(paths)) await checkFile(path);

let failed = false;
console.log(`${'language'.padEnd(18)} texts unparsed elided marked untagged  alarms  (exports lost)`);
for (const [name, { files, unparsed, elided, marked, untagged, lost }] of [...tallies].sort()) {
  const share = ((unparsed + elided + marked + untagged) / files) * 100;
  failed ||= share > (name.endsWith('pairs') ? 1 : 0.5);
  const counts = [files, unparsed, elided, marked, untagged]
    .map((count) => String(count).padStart(7))
    .join(' ');
  console.log(`${name.padEnd(17)}${counts} ${share.toFixed(2).padStart(7)} %  ${lost}`);
}
process.exitCode = failed ? 1 : 0;
