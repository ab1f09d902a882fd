/** A repository under random edits, between which it is searched: what is shown must be what the files hold. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openRetrieval } from '../../src/adapters/retrieve/retrieval.ts';
import { queryTerms } from '../../src/core/retrieve/tokens.ts';
import { type SearchResult, search } from '../../src/engine/retrieve/search.ts';

export interface EditedRepository {
  /** Edits at random and searches; what is wrong with the answers. */
  step(): Promise<{ edit: string; faults: string[] }>;
}

/** So many that the index is stored. */
const files = 310;

/** Numbers in [0, 1) that follow from the seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `top` is empty; `environment` is that of git. */
export function editedRepository(
  top: string,
  { indexFolder, seed, environment }: { indexFolder: string; seed: number; environment: NodeJS.ProcessEnv },
): EditedRepository {
  const random = randomFrom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const git = (...args: string[]) => {
    try {
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
        cwd: top,
        env: environment,
        stdio: 'ignore',
      });
    } catch {
      // Nothing to stash, a conflict: also a state in which one searches.
    }
  };
  let words = 0;
  /** Of one length, so that an edit need not change a file's size. */
  const newWord = () =>
    `w${[...String(++words).padStart(6, '0')].map((digit) => 'bcdfghjklm'[Number(digit)]).join('')}x`;
  const line = () => `const ${newWord()} = ${below(10)};\n`;
  const text = () => Array.from({ length: 1 + below(40) }, line).join('');
  const path = (name: string) => join(top, 'src', name);
  const present = () => readdirSync(join(top, 'src')).filter((name) => statSync(path(name)).isFile());
  const changeLine = (name: string) => {
    const lines = readFileSync(path(name), 'utf8').split('\n');
    lines[below(Math.max(1, lines.length - 1))] = line().trimEnd();
    writeFileSync(path(name), lines.join('\n'));
  };
  const edits: Record<string, () => void> = {
    change: () => changeLine(one(present())),
    'change and set back the time': () => {
      const name = one(present());
      const { atime, mtime } = statSync(path(name));
      changeLine(name);
      utimesSync(path(name), atime, mtime);
    },
    'change twice': () => {
      const name = one(present());
      changeLine(name);
      changeLine(name);
    },
    append: () => {
      const name = one(present());
      writeFileSync(path(name), readFileSync(path(name), 'utf8') + text());
    },
    'insert lines at the top': () => {
      const name = one(present());
      writeFileSync(path(name), text() + readFileSync(path(name), 'utf8'));
    },
    create: () => writeFileSync(path(`new${below(20)}.ts`), text()),
    rename: () => renameSync(path(one(present())), path(`moved${below(20)}.ts`)),
    swap: () => {
      const [left, right] = [path(one(present())), path(one(present()))];
      renameSync(left, `${left}.tmp`);
      if (left !== right) renameSync(right, left);
      renameSync(`${left}.tmp`, right);
    },
    delete: () => unlinkSync(path(one(present()))),
    empty: () => writeFileSync(path(one(present())), ''),
    restore: () => git('checkout', '-q', '--', 'src'),
    commit: () => {
      git('add', '-A');
      git('commit', '-qm', newWord());
    },
    ignore: () => writeFileSync(join(top, '.gitignore'), random() < 0.5 ? '' : 'new*\n'),
    'switch branch': () => git('switch', '-qf', one(['main', 'other'])),
    stash: () => git('stash', '-qu'),
    'stash pop': () => git('stash', 'pop', '-q'),
    rebase: () => {
      git('rebase', '-q', one(['main', 'other']));
      git('rebase', '--abort');
    },
    reset: () => git('reset', '-q', '--hard', 'HEAD~1'),
    nothing: () => {},
  };

  mkdirSync(join(top, 'src'));
  for (let at = 0; at < files; at++) writeFileSync(path(`f${at}.ts`), text());
  git('init', '-q', '-b', 'main');
  edits.commit!();
  git('branch', 'other');
  const retrieval = () =>
    openRetrieval({ cwd: top, roots: () => [], indexFolder, engines: {}, secrets: undefined, exclude: [] });
  let open = retrieval();
  const find = async (query: string): Promise<SearchResult> =>
    search(
      { terms: queryTerms(query)!, exclude: [], limit: 20, maxTokens: 20_000 },
      { corpus: open.corpus, engine: await open.engine() },
      { signal: new AbortController().signal },
    );
  const ignored = (name: string) => {
    try {
      execFileSync('git', ['check-ignore', '-q', '--no-index', `src/${name}`], {
        cwd: top,
        env: environment,
      });
      return !execFileSync('git', ['ls-files', `src/${name}`], { cwd: top, env: environment }).length;
    } catch {
      return false;
    }
  };
  return {
    async step() {
      const edit = one(Object.keys(edits));
      edits[edit]!();
      // Every other search is that of a new process.
      if (random() < 0.5) open = retrieval();
      const faults: string[] = [];
      const names = present().filter((name) => statSync(path(name)).size > 0);
      const recent = names.reduce((left, right) =>
        statSync(path(left)).ctimeMs > statSync(path(right)).ctimeMs ? left : right,
      );
      const name = random() < 0.7 ? recent : one(names);
      const wanted = one(readFileSync(path(name), 'utf8').match(/\bw[a-z]{6}x\b/g) ?? []);
      const stale = one(Array.from({ length: words }, (_, at) => at + 1));
      const old = `w${[...String(stale).padStart(6, '0')].map((digit) => 'bcdfghjklm'[Number(digit)]).join('')}x`;
      const found = await find(`${wanted} ${old}`);
      for (const passage of found.passages) {
        const lines = readFileSync(join(top, passage.path), 'utf8').split('\n');
        if (lines.slice(passage.start - 1, passage.end).join('\n') !== passage.text)
          faults.push(`${passage.path}:${passage.start}-${passage.end} is not what the file holds`);
        if (!passage.text.includes(wanted) && !passage.text.includes(old))
          faults.push(`${passage.path}:${passage.start}-${passage.end} has neither ${wanted} nor ${old}`);
      }
      const isFound = found.passages.some(
        (passage) => passage.path === `src/${name}` && passage.text.includes(wanted),
      );
      if (isFound === ignored(name)) faults.push(`${wanted} of ${name} is ${isFound ? '' : 'not '}found`);
      return { edit, faults };
    },
  };
}
