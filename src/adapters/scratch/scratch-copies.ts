/** Copies a project to a temporary folder, to try out there what must not touch the project itself. */
import { lstatSync, mkdirSync, type PathLike, realpathSync, symlinkSync } from 'node:fs';
import { constants, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { formatCount } from '../../core/text/format.ts';
import type { ScratchCopies, ScratchCopy } from '../../engine/sandbox-ports.ts';
import { repositoryTop } from '../system/folders.ts';
import { isHomeOrRoot, isInside, isThere, realPath } from '../system/paths.ts';
import { type ScratchFolder, scratchFolder, type Temporaries } from '../workspace/write/temporaries.ts';
import { checkpoint } from './checkpoint.ts';
import { type FilesToCopy, filesToCopy, type Stamp } from './files-to-copy.ts';
import { deleteIn, pathIn, readIn, writeIn } from './inside.ts';
import { makeRepository } from './own-repository.ts';
import { findPackages, isManifest, namesOf, type Packages } from './packages.ts';
import { removeTree } from './remove-tree.ts';

export interface CopyLimits {
  files: number;
  bytes: number;
}

const usual: CopyLimits = { files: 20_000, bytes: 500 * 1024 * 1024 };
const atOnce = 16;
const mostRead = 16 * 1024 * 1024;

export function scratchCopies({
  temporaries,
  home,
  limits = usual,
}: {
  temporaries: Temporaries;
  home: string;
  limits?: CopyLimits;
}): ScratchCopies {
  return {
    async create({ base, near, signal }) {
      signal.throwIfAborted();
      void temporaries.sweep();
      const top = realPath(base);
      if (isHomeOrRoot(top, home) || isInside(realPath(home), top)) {
        throw new OrchError('file-forbidden', `${base} is not copied: it contains the home folder`, {
          hint: 'run it in the folder of a project',
        });
      }
      const { folder, found } = await withinLimits(top, { near, limits, signal });
      const packages = findPackages(folder, repositoryTop(folder), [
        ...found.files.keys(),
        ...found.links.keys(),
      ]);
      const scratch = noted(temporaries);
      try {
        const copy = layOut(realpathSync(scratch.path), folder, { found, packages });
        await copyAll(copy.root, folder, { found, signal });
        await makeRepository(copy.root, packages, signal);
        copying(() => placePackages(copy.root, packages));
        return {
          ...copy,
          ...accessTo(copy, found.files),
          checkpoint: (until) => checkpointOf(copy, packages, until),
          remove: async () => scratch.remove(),
        };
      } catch (error) {
        scratch.remove();
        throw error;
      }
    },
  };
}

/** Removed also when the process ends before it is asked to. */
function noted(temporaries: Temporaries): ScratchFolder {
  const scratch = copying(() => scratchFolder(temporaries));
  const remove = () => {
    process.off('exit', remove);
    try {
      removeTree(scratch.path);
    } catch {
      // It is still noted, so a later process tries again.
    }
    if (!isThere(scratch.path)) scratch.remove();
  };
  process.on('exit', remove);
  return { path: scratch.path, remove };
}

async function withinLimits(
  top: string,
  { near, limits, signal }: { near: string | undefined; limits: CopyLimits; signal: AbortSignal },
): Promise<{ folder: string; found: FilesToCopy }> {
  const found = await filesToCopy(top, signal);
  const fault = tooMuch(found, limits);
  if (fault === undefined) return { folder: top, found };
  const folder = near === undefined ? undefined : nearestPackage(top, near);
  if (folder === undefined) throw tooLarge(top, fault);
  const own = await filesToCopy(folder, signal);
  const ownFault = tooMuch(own, limits);
  if (ownFault !== undefined) throw tooLarge(folder, ownFault);
  return { folder, found: own };
}

function tooMuch({ files, bytes }: FilesToCopy, limits: CopyLimits): string | undefined {
  if (files.size > limits.files)
    return `${formatCount(files.size)} files (at most ${formatCount(limits.files)})`;
  const inMb = (size: number) => `${formatCount(Math.ceil(size / 1024 / 1024))} MB`;
  return bytes > limits.bytes ? `${inMb(bytes)} (at most ${inMb(limits.bytes)})` : undefined;
}

function tooLarge(folder: string, fault: string): OrchError {
  return new OrchError('input-too-large', `${folder} is too large to be copied for a check: ${fault}`, {
    hint: 'ignore what its tests do not need (.gitignore), or check a file of one of its packages',
  });
}

/** The nearest folder around the path that has a manifest; not the top itself, which is too large. */
function nearestPackage(top: string, near: string): string | undefined {
  const real = realPath(pathIn(top, near));
  for (let here = real; isInside(here, top) && here !== top; here = dirname(here)) {
    if (hasManifest(here)) return here;
  }
  return undefined;
}

function hasManifest(folder: string): boolean {
  const names = [
    'package.json',
    'pyproject.toml',
    'setup.py',
    'go.mod',
    'Cargo.toml',
    'composer.json',
    'Gemfile',
  ];
  return names.filter(isManifest).some((name) => isThere(join(folder, name)));
}

type Access =
  | 'path'
  | 'write'
  | 'delete'
  | 'read'
  | 'writeReport'
  | 'deleteReport'
  | 'readReport'
  | 'changedSince';
type Facts = Omit<ScratchCopy, Access | 'checkpoint' | 'remove'>;

/**
 * What lies above the project, such as hoisted packages, lies above its copy as well; so the copy may lie deeper in the
 * folder.
 */
function layOut(
  folder: string,
  base: string,
  { found, packages }: { found: FilesToCopy; packages: Packages },
): Facts {
  const above = packages.shared.map(({ at }) => /^(\.\.\/)*/.exec(at)![0].length / 3);
  const levels = Math.max(0, ...above);
  const outermost =
    base
      .split('/')
      .slice(0, base.split('/').length - levels)
      .join('/') || '/';
  const root = join(folder, 'tree', relative(outermost, base));
  const reports = join(folder, 'reports');
  const cache = join(folder, 'cache');
  copying(() => {
    for (const each of [root, reports, cache]) mkdirSync(each, { recursive: true });
  });
  const files = [...found.files.keys(), ...found.links.keys()].sort();
  const { leftOut, bytes } = found;
  return { base, folder, root, reports, cache, files, bytes, leftOut, packages: packages.shared };
}

async function copyAll(
  root: string,
  base: string,
  { found, signal }: { found: FilesToCopy; signal: AbortSignal },
): Promise<void> {
  copying(() => {
    const folders = new Set([...found.files.keys(), ...found.links.keys()].map(dirname));
    for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
    for (const [name, target] of found.links) symlinkSync(target, join(root, name));
  });
  const waiting = [...found.files.keys()].reverse();
  const worker = async () => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      signal.throwIfAborted();
      await copyOne(join(base, name), join(root, name));
    }
  };
  const workers = Array.from({ length: atOnce }, worker);
  // A copy that has failed is not removed while others still write to it.
  const ends = await Promise.allSettled(workers);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** After the commit, which they are not part of. */
function placePackages(root: string, { folders, links }: Packages): void {
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  for (const [name, target] of links) symlinkSync(target, join(root, name));
}

/** A file that is gone meanwhile counts as changed. */
async function copyOne(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isThere(from)) return;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EIO') {
      throw new OrchError('file-unreadable', `${from} cannot be copied for the check (${code})`, {
        hint: 'check its permissions, or ignore it (.gitignore)',
        cause: error,
      });
    }
    throw copyFailed(error);
  }
}

function copying<Value>(action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw copyFailed(error);
  }
}

function checkpointOf({ root, base }: Facts, packages: Packages, signal: AbortSignal): () => Promise<void> {
  const restore = copying(() =>
    checkpoint(root, base, async () => {
      // Installed packages are no part of the repository.
      for (const name of namesOf(packages)) removeTree(join(root, name));
      await makeRepository(root, packages, signal);
      placePackages(root, packages);
    }),
  );
  return async () => {
    try {
      await restore();
    } catch (error) {
      throw error instanceof OrchError || signal.aborted ? error : copyFailed(error);
    }
  };
}

function copyFailed(error: unknown): OrchError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new OrchError(
    'write-failed',
    `nothing was run: the project cannot be copied to ${tmpdir()} (${code ?? message})`,
    { hint: 'free some space there, or set TMPDIR to another folder', cause: error },
  );
}

function accessTo(
  { base, root, reports }: Facts,
  copied: ReadonlyMap<string, Stamp>,
): Pick<ScratchCopy, Access> {
  return {
    path: (name) => pathIn(root, name),
    write: (name, content, mode) => writeIn(root, name, content, mode),
    delete: (name) => deleteIn(root, name),
    writeReport: (name, content) => writeIn(reports, name, content),
    deleteReport: (name) => deleteIn(reports, name),
    read: (name, maxBytes = mostRead) => readIn(root, name, maxBytes),
    readReport: (name, maxBytes = mostRead) => readIn(reports, name, maxBytes),
    changedSince: () =>
      [...copied]
        .filter(([name, stamp]) => !isUnchanged(join(base, name), stamp))
        .map(([name]) => name)
        .sort(),
  };
}

function isUnchanged(path: PathLike, { size, mtimeNs, ctimeNs, ino }: Stamp): boolean {
  try {
    const now = lstatSync(path, { bigint: true });
    return now.size === size && now.mtimeNs === mtimeNs && now.ctimeNs === ctimeNs && now.ino === ino;
  } catch {
    return false;
  }
}
