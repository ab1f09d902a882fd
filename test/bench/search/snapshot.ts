/** What is searched: the files of a commit, read from git without a work tree, and the history before it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { maxFileBytes, searchableText, skippedByName } from '../../../src/core/retrieve/corpus-rules.ts';
import type { PastCommit } from '../../../src/core/retrieve/types.ts';

export interface TextFile {
  path: string;
  text: string;
}

const mostOutput = 2 ** 30;
const pastCommits = 3000;

/** `repository`: a bare one, or a folder that has a `.git`. */
export function git(repository: string, ...args: string[]): string {
  return execFileSync('git', ['--git-dir', gitFolder(repository), ...args], {
    encoding: 'utf8',
    maxBuffer: mostOutput,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function gitFolder(repository: string): string {
  const inside = join(repository, '.git');
  return existsSync(inside) ? inside : repository;
}

/** The files of the commit that a search looks at. */
export function filesAt(repository: string, commit: string): TextFile[] {
  const wanted: { path: string; id: string }[] = [];
  for (const row of git(repository, 'ls-tree', '-r', '-l', '-z', commit).split('\0')) {
    const [, mode, id, size, path] = /^(\d+) blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(row) ?? [];
    if (id === undefined || path === undefined || mode === '120000' || Number(size) > maxFileBytes) continue;
    if (skippedByName(path) === undefined) wanted.push({ path, id });
  }
  const { stdout } = spawnSync('git', ['--git-dir', gitFolder(repository), 'cat-file', '--batch'], {
    input: wanted.map(({ id }) => `${id}\n`).join(''),
    maxBuffer: mostOutput,
  });
  const files: TextFile[] = [];
  let at = 0;
  for (const { path } of wanted) {
    const end = stdout.indexOf(10, at);
    const size = Number(/ blob (\d+)$/.exec(stdout.toString('latin1', at, end))?.[1]);
    if (Number.isNaN(size)) throw new Error(`${repository} lacks ${path} of ${commit}`);
    const { text } = searchableText(stdout.subarray(end + 1, end + 1 + size));
    if (text !== undefined) files.push({ path, text });
    at = end + 2 + size;
  }
  return files;
}

/** The commit and those before it, newest first. */
export function historyUpTo(repository: string, commit: string): PastCommit[] {
  const log = git(
    repository,
    'log',
    '-n',
    String(pastCommits),
    '--no-merges',
    '--name-only',
    '--no-renames',
    '--format=%x01%s',
    '-z',
    commit,
  );
  return log
    .split('\x01')
    .slice(1)
    .map((entry) => {
      const [subject, ...paths] = entry.split('\0');
      return {
        subject: subject!,
        paths: paths.map((path) => path.replace(/^\n/, '')).filter((path) => path !== ''),
      };
    });
}

export function isShallow(repository: string): boolean {
  return git(repository, 'rev-parse', '--is-shallow-repository').trim() === 'true';
}
