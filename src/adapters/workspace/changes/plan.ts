/** Turns the changes of a patch into steps, or refuses them because the tree is not as it was when they were made. */
import { OrchError } from '../../../core/errors/orch-error.ts';
import type { BytesChange } from '../../../engine/ports.ts';
import type { FileMode, TreeAccess } from '../write/tree-access.ts';
import { changedSinceRead, writeFailed } from '../write/write-failed.ts';
import { foldersAbove, type Plan, type Step } from './steps.ts';

type Found = NonNullable<ReturnType<TreeAccess['read']>>;

/** Throws `file-changed`, `file-forbidden` or `write-failed`. */
export function planChanges(changes: readonly BytesChange[], tree: TreeAccess): Plan {
  const steps = changes.flatMap((change) => {
    try {
      return stepsOf(change, tree);
    } catch (error) {
      throw writeFailed(error, { path: change.path });
    }
  });
  return withFolders(steps, tree);
}

function withFolders(steps: Step[], tree: TreeAccess): Plan {
  const deleted = new Set(steps.filter(({ after }) => after === undefined).map(({ path }) => path));
  const known = new Map<string, boolean>();
  const isMissing = (folder: string) => {
    const missing = known.get(folder) ?? (deleted.has(folder) || tree.kind(folder) === undefined);
    known.set(folder, missing);
    return missing;
  };
  const created = steps.filter(({ before }) => before === undefined);
  const folders = created.flatMap(({ path }) => foldersAbove(path).filter(isMissing));
  return { steps, folders: [...new Set(folders)] };
}

function stepsOf(change: BytesChange, tree: TreeAccess): Step[] {
  const { kind, path, oldPath, before, after, mode } = change;
  const refuse = (what: string, hint: string): never => {
    throw new OrchError('file-changed', what, { hint });
  };
  const source = oldPath ?? path;
  const there = kind === 'create' ? undefined : fileAt(source, tree);
  if (isDone(change, tree, there))
    refuse(`${path} already contains the change`, 'nothing is left to do for this file');
  if ((kind === 'create' || kind === 'rename') && tree.kind(path) !== undefined)
    refuse(`${path} already exists`, 'move it away, or run the call again');
  if (kind !== 'create' && there?.bytes.equals(Buffer.from(before)) !== true)
    throw changedSinceRead(source, tree.kind(source) !== undefined);
  const written = { bytes: Buffer.from(after), mode: modeAfter(mode, there?.mode) };
  const setsMode = mode !== undefined;
  if (kind === 'delete') return [{ path, before: there, after: undefined, setsMode: false }];
  if (source === path) return [{ path, before: there, after: written, setsMode }];
  return [
    { path, before: undefined, after: written, setsMode },
    { path: source, before: there, after: undefined, setsMode: false },
  ];
}

/** Whether the change has already been made. */
function isDone(
  { kind, path, oldPath, after, mode }: BytesChange,
  tree: TreeAccess,
  there: Found | undefined,
): boolean {
  if (kind === 'delete' || (oldPath !== undefined && tree.kind(oldPath) !== undefined)) return false;
  const target = there ?? (tree.kind(path) === 'file' ? fileAt(path, tree) : undefined);
  if (target?.bytes.equals(Buffer.from(after)) !== true) return false;
  return mode === undefined || ((target.mode & 0o100) !== 0) === (mode === '100755');
}

/** Undefined unless it is a file. Reading a link says that it is one, and where it leads. */
function fileAt(path: string, tree: TreeAccess): Found | undefined {
  const kind = tree.kind(path);
  return kind === 'file' || kind === 'link' ? tree.read(path) : undefined;
}

function modeAfter(mode: BytesChange['mode'], before: number | undefined): FileMode {
  if (before === undefined) return { bits: mode === '100755' ? 0o755 : 0o644, exact: false };
  if (mode === undefined) return { bits: before, exact: true };
  // Grant execute to everyone who may read.
  return { bits: mode === '100755' ? before | ((before & 0o444) >> 2) : before & ~0o111, exact: true };
}
