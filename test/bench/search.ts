/**
 * How well and how quickly a search finds code: `npm run bench:search [-- QUERIES REPOSITORIES]`. QUERIES: JSON lines as
 * in `search/queries.ts`; REPOSITORIES: a folder with the repositories that they name, bare or not. Without either, the
 * last commits of a repository (`-- --repository FOLDER`, else this one): a commit's subject should find the source
 * files that it changed, in the state before them all. Exits with 1 when a bar is missed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureCosts, reportLarge } from './search/costs.ts';
import { type Answer, grep, indexOf, type Method, miniSearch, miniSearchOf, orch } from './search/methods.ts';
import { mean, type Quality, qualityOf } from './search/metrics.ts';
import { type Query, queriesOf, readQueries } from './search/queries.ts';
import { filesAt, historyUpTo, isShallow, type TextFile } from './search/snapshot.ts';

/** Of the queries that are given; those of a repository at hand have no bars. */
const bars = {
  orch: { recall10: 0.8, mrr: 0.64, hit1: 0.52, places: 0.55 },
  'orch, whole messages': { recall10: 0.8, mrr: 0.64 },
  'orch, without history': { recall10: 0.78, mrr: 0.6 },
} as Record<string, Partial<Record<keyof Row, number>>>;
const leastAboveGrep = 0.25;

type Row = Quality & { places: number };

const { values, positionals } = parseArgs({
  options: {
    repository: { type: 'string', default: process.cwd() },
    large: { type: 'boolean' },
    failures: { type: 'boolean' },
    costs: { type: 'boolean', default: true },
  },
  allowNegative: true,
  allowPositionals: true,
});
const [queriesFile, repositories] = positionals;
const queries = queriesFile === undefined ? queriesOf(values.repository) : readQueries(queriesFile);

if (values.large) reportLarge(everyFile());
else report();

function folderOf(repo: string): string {
  return repositories === undefined ? values.repository : join(repositories, repo);
}

function repos(): { repo: string; folder: string; snapshot: string; mine: Query[] }[] {
  return [...new Set(queries.map(({ repo }) => repo))].flatMap((repo) => {
    const mine = queries.filter((query) => query.repo === repo);
    const folder = folderOf(repo);
    if (existsSync(folder)) return [{ repo, folder, snapshot: mine[0]!.snapshot, mine }];
    console.log(`${repo}: not at ${folder}, its ${mine.length} queries are left out`);
    return [];
  });
}

function everyFile(): TextFile[] {
  return repos().flatMap(({ repo, folder, snapshot }) =>
    filesAt(folder, snapshot).map(({ path, text }) => ({ path: `${repo}/${path}`, text })),
  );
}

function report(): void {
  const rows = new Map<string, Map<string, Row[]>>();
  for (const { repo, folder, snapshot, mine } of repos()) {
    const files = filesAt(folder, snapshot);
    const commits = historyUpTo(folder, snapshot);
    const index = indexOf(files);
    const { blocks } = index.counts;
    console.log(
      `${repo}: ${mine.length} queries, ${files.length} files, ${blocks} blocks, ${commits.length} past commits${isShallow(folder) ? ' (a shallow history)' : ''}`,
    );
    const ours = orch(files, index, commits);
    const methods: Record<string, [Method, (query: Query) => string]> = {
      grep: [grep(files), subject],
      minisearch: [miniSearch(miniSearchOf(files)), subject],
      orch: [ours, subject],
      'orch, whole messages': [ours, wholeMessage],
      'orch, without history': [orch(files, index, []), subject],
    };
    for (const [name, [method, text]] of Object.entries(methods)) {
      const ofMethod = rows.get(name) ?? new Map<string, Row[]>();
      rows.set(
        name,
        ofMethod.set(
          repo,
          mine.map((query) => judge(name, query, method(text(query)))),
        ),
      );
    }
  }
  print(rows);
  if (queriesFile !== undefined) judgeAll(rows);
  if (values.costs) measureCosts(everyFile(), queries.map(subject));
}

function subject({ query }: Query): string {
  return query;
}

function wholeMessage({ query, body }: Query): string {
  return `${query}\n${body}`;
}

function judge(name: string, query: Query, { files, passages }: Answer): Row {
  const quality = qualityOf(files, query.relevant);
  const found = query.hunks.filter(({ path, line }) =>
    passages?.some((each) => each.path === path && each.start <= line && line <= each.end),
  );
  if (values.failures && name === 'orch' && quality.hit1 === 0)
    console.log(
      `  ${query.query}\n    ${query.relevant
        .slice(0, 4)
        .map((path) => `${path} (${files.indexOf(path) + 1})`)
        .join(', ')}\n    ranked: ${files.slice(0, 3).join(', ')}`,
    );
  return {
    ...quality,
    places:
      passages === undefined || query.hunks.length === 0 ? Number.NaN : found.length / query.hunks.length,
  };
}

function summary(rows: readonly Row[]): Row {
  const of = (key: keyof Row) => mean(rows.map((row) => row[key]).filter((value) => !Number.isNaN(value)));
  return {
    recall5: of('recall5'),
    recall10: of('recall10'),
    mrr: of('mrr'),
    hit1: of('hit1'),
    places: of('places'),
  };
}

function print(rows: Map<string, Map<string, Row[]>>): void {
  const line = (name: string, cells: readonly string[]) =>
    console.log(name.padEnd(36) + cells.map((cell) => cell.padStart(10)).join(''));
  console.log();
  line('', ['recall@5', 'recall@10', 'MRR', 'hit@1', 'places']);
  for (const [name, ofMethod] of rows) {
    const cells = (all: readonly Row[]) => {
      const { recall5, recall10, mrr, hit1, places } = summary(all);
      return [recall5, recall10, mrr, hit1, places].map((value) =>
        Number.isNaN(value) ? '-' : value.toFixed(3),
      );
    };
    line(name, cells([...ofMethod.values()].flat()));
    if (ofMethod.size > 1)
      for (const [repo, all] of ofMethod) line(`    ${repo} (${all.length})`, cells(all));
  }
  console.log('\nplaces: share of the changed places within 4,000 tokens\n');
}

function judgeAll(rows: Map<string, Map<string, Row[]>>): void {
  const of = (name: string) => summary([...rows.get(name)!.values()].flat());
  const check = (what: string, value: number, bar: number) => {
    if (value < bar) process.exitCode = 1;
    console.log(`${what.padEnd(44)} ${value.toFixed(3)} (at least ${bar}) ${value < bar ? 'MISSED' : 'ok'}`);
  };
  for (const [name, ofName] of Object.entries(bars))
    for (const [key, bar] of Object.entries(ofName))
      check(`${name}: ${key}`, of(name)[key as keyof Row], bar);
  check('orch: recall10 above grep', of('orch').recall10 - of('grep').recall10, leastAboveGrep);
}
