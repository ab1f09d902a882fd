/** Reads a change in git as texts. What is not text, looks secret or is kept elsewhere is left out and named. */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { OrchError } from '../../../../core/errors/orch-error.ts';
import { rankOf } from '../../../../core/input/diff/file-rank.ts';
import type { Source } from '../../../../core/input/source-file.ts';
import { pairRenames } from '../../../../core/patch/git/pair-renames.ts';
import type { FileChange, FileMode } from '../../../../core/patch/types.ts';
import type { ChangeScope } from '../../../../core/tasks/request.ts';
import { textOf } from '../../../../core/text/utf8.ts';
import type { GitChange } from '../../../../engine/ports.ts';
import { isInside, realPath } from '../../../system/paths.ts';
import { readRegularFile } from '../../../system/regular-file.ts';
import { leftOut, notText, secretNames, type Which } from '../../find/find-files.ts';
import { leftOutParts, type Roots } from '../../find/roots.ts';
import { ignoredByGit } from '../git-ignore.ts';
import { attributesSet } from '../listings.ts';
import { ask } from '../unanswered.ts';
import { readBlobs } from './blobs.ts';
import { type Difference, differencesOf, type Side } from './sides.ts';

/** Of one file: a change in a larger one is no reading for a model. */
const mostBytes = 1024 * 1024;
/** Of all versions that git keeps, and of all files in the tree: each is searched for secrets. */
const mostTotal = 8 * 1024 * 1024;
const mostFiles = 2000;

/** Ends of sentences about files. */
const reasons = {
  impossible: 'that no working tree may hold',
  outside: 'outside the allowed folders',
  secret: secretNames,
  packages: 'of installed packages',
  submodule: ['that is a submodule', 'that are submodules'],
  link: ['that is a link', 'that are links'],
  converted: 'that git converts (LFS, filters, encodings)',
  large: 'beyond the limits (1 MB, 8 MB together)',
  missing: 'that this clone does not hold',
  binary: notText,
  lineEnds: 'in which only line ends differ',
} as const satisfies Record<string, Which>;
type Reason = keyof typeof reasons;

export async function readGitChange(
  scope: ChangeScope,
  roots: Roots,
  signal: AbortSignal,
): Promise<GitChange> {
  const base = repositoryOf(scope, roots);
  const differences = await differencesOf(scope, { repository: base, signal, mostBytes });
  const out = new Map<Reason, string[]>();
  const leave = (path: string, reason: Reason) => {
    const paths = out.get(reason);
    if (paths) paths.push(join(base, path));
    else out.set(reason, [join(base, path)]);
  };
  const open = differences.filter((difference) => {
    const reason = reasonByName(difference, base, roots);
    if (reason !== undefined) leave(difference.path, reason);
    return reason === undefined;
  });
  if (open.length > mostFiles) {
    throw new OrchError('input-too-large', `${open.length} files have changed, the limit is ${mostFiles}`, {
      hint: 'name a smaller change with --range, or the files that matter with --file',
    });
  }
  const converted = await convertedBy(base, open, signal);
  const ids = open.flatMap(({ before, after }) =>
    [before, after].flatMap((side) => (side && 'id' in side ? [side.id] : [])),
  );
  const blobs = await readBlobs(base, ids, { signal, mostBytes, mostTotal });
  let total = 0;
  const withinTotal = (read: () => Buffer | 'too-large') => {
    const bytes = total > mostTotal ? 'too-large' : read();
    if (typeof bytes !== 'string') total += bytes.length;
    return total > mostTotal ? 'too-large' : bytes;
  };
  const readSide = (side: Side | undefined): Reading => {
    if (side === undefined) return { text: '' };
    if ('fault' in side) return { reason: side.fault === 'link' ? 'link' : 'large' };
    const bytes = 'read' in side ? withinTotal(side.read) : blobs.get(side.id)!;
    if (typeof bytes === 'string') return { reason: bytes === 'missing' ? 'missing' : 'large' };
    const content = contentOf(bytes);
    return 'text' in content ? { text: content.text.replaceAll('\r\n', '\n') } : content;
  };
  const changes = open.flatMap((difference): FileChange[] => {
    const [before, after] = [readSide(difference.before), readSide(difference.after)];
    const isOfTree = difference.after && 'read' in difference.after;
    const change =
      isOfTree && converted.has(difference.path)
        ? ({ reason: 'converted' } as const)
        : 'reason' in before
          ? before
          : 'reason' in after
            ? after
            : changeOf(difference, before.text, after.text);
    if (!('reason' in change)) return [change];
    leave(difference.path, change.reason);
    return [];
  });
  const warnings = [...out].flatMap(([reason, paths]) =>
    leftOut(paths, reasons[reason], base).map((what) => `the change was sent without ${what}`),
  );
  if (changes.length === 0) throw nothingChanged(scope, base, [...out]);
  const conflicts = open.filter(({ conflict }) => conflict).map(({ path }) => join(base, path));
  warnings.push(...leftOut(conflicts, 'in a merge conflict', base).map((what) => `the change has ${what}`));
  const sorted = leastFirst(pairRenames(changes));
  return {
    base,
    changes: sorted,
    warnings,
    async currentFiles() {
      const files = sorted.flatMap(({ path }) => currentFile(base, path));
      // A commit may hold a file of a name that is ignored here, where it is a file of the user's own.
      const { paths } = await ignoredByGit(
        files.map(({ path }) => join(base, path)),
        signal,
      );
      // What git keeps encrypted, say, lies open here.
      return files.filter(({ path }) => !paths.has(join(base, path)) && !converted.has(path));
    },
    exists: (path) => existsSync(join(base, path)),
  };
}

/** None behind a link, which git would not patch. */
function currentFile(base: string, path: string): Source[] {
  const file = join(base, path);
  if (realPath(file) !== join(realPath(base), path)) return [];
  const reading = readRegularFile(file, mostBytes);
  if (reading.bytes === undefined) return [];
  const content = contentOf(reading.bytes);
  if ('reason' in content) return [];
  return [{ path, text: content.text, mode: reading.executable ? '100755' : '100644', range: undefined }];
}

/** The one around the working directory, or else of a folder that a client allows. */
function repositoryOf(scope: ChangeScope, { cwd, folders, topOf }: Roots): string {
  const top = [cwd, ...folders].map(topOf).find((found) => found !== undefined);
  if (top !== undefined) return top;
  throw new OrchError('usage', `${cwd} is in no git repository, so there is no ${nameOf(scope)}`, {
    hint: 'change to a repository, or pipe the change in',
  });
}

function nameOf(scope: ChangeScope): string {
  return scope.kind === 'range' ? `range ${scope.range}` : `${scope.kind} change`;
}

function nothingChanged(scope: ChangeScope, base: string, out: readonly [Reason, string[]][]): OrchError {
  const what = {
    uncommitted: 'nothing has changed since the last commit',
    staged: 'nothing is staged',
    range: `nothing differs in ${scope.kind === 'range' ? scope.range : ''}`,
  };
  const except = out.flatMap(([reason, paths]) => leftOut(paths, reasons[reason], base));
  const hints = {
    uncommitted: 'for a change that is committed, give a range: --range HEAD~1..HEAD',
    staged: 'stage it with git add, or send all that is not committed with --changes',
    range: 'check the order of the two: the older comes first',
  };
  return new OrchError('input-empty', [what[scope.kind], ...except].join(' but '), {
    hint: hints[scope.kind],
  });
}

function reasonByName({ path, before, after }: Difference, base: string, roots: Roots): Reason | undefined {
  const full = join(base, path);
  const { git, secret, packages } = leftOutParts(full, [base]);
  const modes = [before, after].map((side) => side?.mode);
  // Git does not check out such a path, but fetches it: what is there is not of the commit.
  if (git || path.startsWith('../') || relative(base, full).split(sep).join('/') !== path)
    return 'impossible';
  if (!roots.folders.some((folder) => isInside(full, folder))) return 'outside';
  if (secret) return 'secret';
  if (packages) return 'packages';
  if (modes.includes('160000')) return 'submodule';
  return modes.includes('120000') ? 'link' : undefined;
}

/** Paths of files that git keeps in another form than the working tree has. */
async function convertedBy(
  repository: string,
  differences: readonly Difference[],
  signal: AbortSignal,
): Promise<Set<string>> {
  const paths = differences.filter(({ after }) => after).map(({ path }) => path);
  if (paths.length === 0) return new Set();
  const question = { about: 'changes', repository, signal } as const;
  const { stdout } = await ask(['conversions', repository], question, { input: paths.join('\0') });
  return new Set(attributesSet(stdout).keys());
}

type Reading = { text: string } | { reason: Reason };

function contentOf(bytes: Buffer): Reading {
  const { text } = textOf(bytes);
  if (text === undefined) return { reason: 'binary' };
  const isPointer = text.startsWith('version https://git-lfs.github.com/spec/');
  return isPointer ? { reason: 'converted' } : { text };
}

function changeOf(
  { path, before, after }: Difference,
  old: string,
  now: string,
): FileChange | { reason: Reason } {
  const oldMode = (before?.mode ?? '100644') as FileMode;
  const mode = (after?.mode ?? oldMode) as FileMode;
  if (before === undefined) return { kind: 'create', path, before: '', after: now, mode };
  if (after === undefined) return { kind: 'delete', path, before: old, after: '', oldMode };
  if (old === now && oldMode === mode) return { reason: 'lineEnds' };
  return { kind: 'modify', path, before: old, after: now, oldMode, mode };
}

/** By the ranks that also decide what is cut from a diff that is piped in. */
function leastFirst(changes: readonly FileChange[]): FileChange[] {
  const ranked = changes.map((change) => {
    const { path, before, after } = change;
    return { change, rank: rankOf(path, before !== after && bare(before) === bare(after)).rank };
  });
  ranked.sort((one, other) => other.rank - one.rank || (one.change.path < other.change.path ? -1 : 1));
  return ranked.map(({ change }) => change);
}

function bare(text: string): string {
  return text.replace(/\s+/g, '');
}
