/** Where the tests for a file belong, and under which name: as the project's other tests, else as is usual. */
import { kindOf } from '../input/file-kind.ts';
import { nameOfTest, namesOf, readTestName, type TestName, usualForm } from './test-names.ts';

export interface PlaceOptions {
  /** Path of the code from the base of the project, with `/`. */
  source: string;
  language: string;
  framework: string | undefined;
  /** Paths of the project's files, in any order. */
  files: readonly string[];
}

/** Of the project's tests, only so many of the nearest decide. */
const mostTests = 20;
/** Helpers and fixtures in the folders of tests may be so many times as many as the tests. */
const mostPlainShare = 3;

interface KnownTest extends TestName {
  folder: string[];
}

/** Path from the base. Never that of an existing file: a number is added to the name. */
export function placeTest({ source, language, framework, files }: PlaceOptions): string {
  const { folder, stem, extension } = partsOf(source);
  const tests = nearest(testsAmong(files, language), { folder, extension });
  const form = mostFrequent(tests.map((test) => test.form)) ?? usualForm(language, framework);
  const place = learnt({ folder, tests, files }) ?? usualFolder(folder, framework, language);
  const ending = extensionOf(extension, language, tests);
  const taken = new Set(files.map((path) => path.toLowerCase()));
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? stem : addNumber(stem, number, language);
    const path = [...place, nameOfTest({ form, stem: numbered, extension: ending })].join('/');
    if (!taken.has(path.toLowerCase())) return path;
  }
}

/** Existing tests of the language, nearest to the file first. */
export function testsNear(source: string, language: string, files: readonly string[]): string[] {
  return nearest(testsAmong(files, language), partsOf(source)).map((test) =>
    [...test.folder, nameOfTest(test)].join('/'),
  );
}

function addNumber(stem: string, number: number, language: string): string {
  const camel = ['java', 'kotlin', 'scala', 'php'].includes(language);
  const underscored = ['python', 'go', 'rust', 'ruby'].includes(language);
  return camel ? `${stem}${number}` : `${stem}${underscored ? '_' : '-'}${number}`;
}

function segments(folder: string): string[] {
  return folder === '' ? [] : folder.split('/');
}

function partsOf(path: string): { folder: string[]; stem: string; extension: string } {
  const folder = path.split('/');
  const name = folder.pop()!;
  const dot = name.lastIndexOf('.');
  return dot <= 0
    ? { folder, stem: name, extension: '' }
    : { folder, stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

function testsAmong(files: readonly string[], language: string): KnownTest[] {
  const plain: KnownTest[] = [];
  const formed = files.flatMap((path) => {
    if (kindOf(path) !== 'tests') return [];
    const { folder, stem, extension } = partsOf(path);
    const name = readTestName(`${stem}.${extension}`, language);
    if (name) return [{ ...name, folder }];
    if (namesOf(language)?.extensions.includes(extension)) plain.push({ form: '*', stem, extension, folder });
    return [];
  });
  // Only in a project that gives its tests no form: elsewhere, these are helpers.
  return formed.length * mostPlainShare >= plain.length ? formed : [...formed, ...plain];
}

/** Those that share more of the path first, of them those with the extension of the code; then by path. */
function nearest(tests: readonly KnownTest[], source: { folder: string[]; extension: string }): KnownTest[] {
  return tests
    .map((test) => ({
      test,
      path: pathOf(test),
      shared: sharedStart(test.folder, source.folder),
      alike: test.extension === source.extension ? 1 : 0,
    }))
    .sort((a, b) => b.shared - a.shared || b.alike - a.alike || compare(a.path, b.path))
    .slice(0, mostTests)
    .map(({ test }) => test);
}

function pathOf(test: KnownTest): string {
  return [...test.folder, nameOfTest(test)].join('/');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function sharedStart(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** How the folder of a test follows from that of the code. */
type Rule =
  | { kind: 'beside' }
  | { kind: 'below'; folder: string[] }
  | { kind: 'instead'; of: string[]; folder: string[] }
  | { kind: 'in'; folder: string[] };

const kinds: readonly Rule['kind'][] = ['beside', 'below', 'instead', 'in'];

interface Known {
  folder: readonly string[];
  tests: readonly KnownTest[];
  files: readonly string[];
}

/** By the rule that explains most of the tests whose code is known, else where most tests are. */
function learnt({ folder, tests, files }: Known): string[] | undefined {
  const sources = foldersByStem(files);
  const votes = new Map<string, { rule: Rule; count: number }>();
  const vote = (rule: Rule) => {
    const key = JSON.stringify(rule);
    votes.set(key, { rule, count: (votes.get(key)?.count ?? 0) + 1 });
  };
  for (const test of tests) {
    const near = (sources.get(test.stem) ?? []).toSorted(
      (a, b) => sharedStart(b, test.folder) - sharedStart(a, test.folder),
    )[0];
    if (near) for (const rule of rulesFor(near, test.folder)) vote(rule);
  }
  const ranked = [...votes.values()].sort(
    (a, b) => b.count - a.count || kinds.indexOf(a.rule.kind) - kinds.indexOf(b.rule.kind),
  );
  for (const { rule } of ranked) {
    const place = apply(rule, folder);
    if (place) return place;
  }
  const most = mostFrequent(tests.map((test) => test.folder.join('/')));
  return most === undefined ? undefined : apply({ kind: 'in', folder: segments(most) }, folder);
}

function foldersByStem(files: readonly string[]): Map<string, string[][]> {
  const folders = new Map<string, string[][]>();
  for (const path of files) {
    if (kindOf(path) !== 'source') continue;
    const { folder, stem } = partsOf(path);
    folders.set(stem, [...(folders.get(stem) ?? []), folder]);
  }
  return folders;
}

/** Every rule that leads from the folder of the code to that of its test. */
function rulesFor(source: readonly string[], test: readonly string[]): Rule[] {
  if (source.join('/') === test.join('/')) return [{ kind: 'beside' }];
  const start = sharedStart(source, test);
  const anywhere: Rule = { kind: 'in', folder: [...test] };
  if (start === source.length) return [{ kind: 'below', folder: test.slice(start) }, anywhere];
  const end = sharedStart(source.slice(start).reverse(), test.slice(start).reverse());
  const of = source.slice(start, source.length - end);
  return of.length === 0
    ? [anywhere]
    : [{ kind: 'instead', of, folder: test.slice(start, test.length - end) }, anywhere];
}

const testFolder = /^(?:tests?|specs?|__tests__)$/;

/** Undefined where the rule says nothing of the folder, such as that of another package's tests. */
function apply(rule: Rule, folder: readonly string[]): string[] | undefined {
  switch (rule.kind) {
    case 'beside':
      return [...folder];
    case 'below':
      return [...folder, ...rule.folder];
    case 'instead': {
      const at = folder.findIndex((_, index) =>
        rule.of.every((part, offset) => folder[index + offset] === part),
      );
      return at === -1
        ? undefined
        : [...folder.slice(0, at), ...rule.folder, ...folder.slice(at + rule.of.length)];
    }
    case 'in': {
      const root = rule.folder.findIndex((part) => testFolder.test(part));
      const owner = rule.folder.slice(0, Math.max(root, 0));
      return sharedStart(owner, folder) === owner.length ? rule.folder : undefined;
    }
  }
}

/** Where tests usually are if there are none yet. */
function usualFolder(folder: string[], framework: string | undefined, language: string): string[] {
  switch (framework) {
    case 'pytest':
    case 'unittest':
      return ['tests'];
    case 'cargo test':
      return [...upTo(folder, 'src'), 'tests'];
    case 'rspec':
      return mirrored(folder, ['lib', 'app'], 'spec');
    case 'minitest':
      return mirrored(folder, ['lib', 'app'], 'test');
    case 'phpunit':
      return mirrored(folder, ['src', 'app'], 'tests');
    case 'node:test':
    case 'mocha':
    case 'tap':
    case 'tape':
    case 'ava':
      return mirrored(folder, ['src', 'lib'], 'test');
  }
  if (language === 'python') return ['tests'];
  const main = folder.indexOf('main');
  const isMaven = ['java', 'kotlin', 'scala'].includes(language) && folder[main - 1] === 'src';
  return isMaven ? folder.with(main, 'test') : folder;
}

function upTo(folder: readonly string[], name: string): string[] {
  const at = folder.indexOf(name);
  return at === -1 ? [...folder] : folder.slice(0, at);
}

function mirrored(folder: readonly string[], roots: readonly string[], tests: string): string[] {
  const at = folder.findIndex((part) => roots.includes(part));
  return at === -1 ? [tests, ...folder] : [...folder.slice(0, at), tests, ...folder.slice(at + 1)];
}

/** That of the code where tests have it, too; else what most tests have. */
function extensionOf(extension: string, language: string, tests: readonly KnownTest[]): string {
  const own = namesOf(language)?.extensions ?? [extension];
  const used = tests.map((test) => test.extension);
  if (own.includes(extension) && (used.length === 0 || used.includes(extension))) return extension;
  return mostFrequent(used) ?? (own.includes(extension) ? extension : own[0]!);
}
