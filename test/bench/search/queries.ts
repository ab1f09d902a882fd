/** What is asked, and what should be found. */
import { readFileSync } from 'node:fs';
import { kindOf } from '../../../src/core/input/file-kind.ts';
import { git } from './snapshot.ts';

export interface Query {
  repo: string;
  /** The commit before those that the queries are taken from. */
  snapshot: string;
  query: string;
  /** The rest of the commit's message. */
  body: string;
  relevant: string[];
  /** Lines of the snapshot that the commit changed. */
  hunks: { path: string; line: number }[];
}

export function readQueries(file: string): Query[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
}

const mostCommits = 120;
/** A commit that changes more files says little about each. */
const mostFiles = 10;

/** The last commits of a repository, searched for in the state before them. */
export function queriesOf(repository: string): Query[] {
  const all = git(repository, 'rev-list', '--first-parent', 'HEAD').split('\n').filter(Boolean);
  const count = Math.min(mostCommits, Math.floor(all.length / 2));
  const snapshot = all[count];
  if (snapshot === undefined) throw new Error(`${repository} has too few commits`);
  const there = new Set(git(repository, 'ls-tree', '-r', '--name-only', '-z', snapshot).split('\0'));
  return all.slice(0, count).flatMap((commit) => {
    const [query, body] = git(repository, 'log', '-1', '--format=%s%x00%b', commit).split('\0');
    const changed = git(repository, 'diff-tree', '-r', '--no-commit-id', '--name-only', '-z', commit).split(
      '\0',
    );
    const relevant = changed.filter((path) => there.has(path) && kindOf(path) === 'source');
    if (relevant.length === 0 || relevant.length > mostFiles) return [];
    return [{ repo: '.', snapshot, query: query!, body: body!.trim(), relevant, hunks: [] }];
  });
}
