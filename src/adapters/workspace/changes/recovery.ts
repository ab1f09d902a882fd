/** Makes trees whole again that killed processes have left half-changed: takes their changes back, or finishes them. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import type { BytesChange, TreeWriter } from '../../../engine/ports.ts';
import { canonicalPath, isInside } from '../../system/paths.ts';
import { treeAccess } from '../write/tree-access.ts';
import type { TreeLock } from '../write/tree-lock.ts';
import {
  isTreeOf,
  type Journal,
  type JournalEntry,
  journalsIn,
  keepFiles,
  markTold,
  readJournal,
  treeKey,
} from './journal-file.ts';
import { treeOf } from './locate.ts';
import { finish, type Step, some, takeBack } from './steps.ts';

export interface RecoveryOptions {
  /** Folder of the journals. */
  folder: string;
  cwd: string;
  /** The tree of the working directory. */
  base: () => string;
  lock: TreeLock;
  access?: typeof treeAccess;
}

export interface Recovery extends Pick<TreeWriter, 'recover' | 'resume'> {
  waiting(): string | undefined;
  /** Call it under the lock of the tree. Throws `write-failed` if these paths cannot be changed because of a journal. */
  refuseUnfinished(base: string, paths: readonly string[]): void;
}

export function recovery({
  folder,
  cwd,
  base: ownBase,
  lock,
  access = treeAccess,
}: RecoveryOptions): Recovery {
  return { recover, resume, waiting, refuseUnfinished };

  /** Entries that concern a path or anything below it, with the folder that is their tree now. */
  function concerning(target: string): (JournalEntry & { base: string })[] {
    return journalsIn(folder).flatMap((entry) => {
      const base = placeOf(entry, target);
      const concerns = base !== undefined && (isInside(target, base) || isInside(base, target));
      return concerns ? [{ ...entry, base }] : [];
    });
  }

  /** Undefined if the tree is unknown or has gone. A tree that was moved is still known, in it and below it. */
  function placeOf({ header, key }: JournalEntry, target: string): string | undefined {
    if (header === undefined) {
      const here = treeOf(target, ownBase());
      return key === treeKey(here) ? here : undefined;
    }
    // The old path may lead to it by now, through a link or another mount of the same folder.
    return [...upwards(target), canonicalPath(header.base)].find((folder) => isTreeOf(header, folder));
  }

  /** Says once for each interrupted change that its tree is no longer where the target is now. */
  function strays(target: string): string[] {
    return journalsIn(folder).flatMap((entry) => {
      const { header, live, file } = entry;
      if (header === undefined || live || !isInside(target, header.base)) return [];
      if (placeOf(entry, target) !== undefined) return [];
      const marked = markTold(file);
      return marked === undefined
        ? []
        : [
            `a change of another folder that was ${header.base} was interrupted: if that was moved, run an orch command that writes there; if it has gone, delete ${marked}, which holds its previous contents`,
          ];
    });
  }

  function refuseUnfinished(base: string, paths: readonly string[]): void {
    for (const { live, file, base: other } of concerning(base)) {
      if (live) refuseIfHeld(file, other, new Set(paths.map((path) => resolve(base, path))));
      else if (other === base) {
        throw new OrchError(
          'write-failed',
          `another orch process was killed while it changed ${base}; nothing was changed`,
          { hint: 'run it again: it takes that change back first' },
        );
      }
    }
  }

  function refuseIfHeld(file: string, base: string, paths: ReadonlySet<string>): void {
    const held = read(file)?.steps.find(({ path }) => paths.has(resolve(base, path)));
    if (held === undefined) return;
    throw new OrchError(
      'write-failed',
      `another orch process is at work on ${held.path} in ${base}; nothing was changed`,
      { hint: `retry when it has finished; the previous content of the file is saved in ${file}` },
    );
  }

  /** Undefined if it is damaged or gone. */
  function read(file: string): Journal | undefined {
    try {
      return readJournal(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async function recover(path: string): Promise<string[]> {
    const target = canonicalPath(resolve(cwd, path));
    const messages = strays(target);
    for (const { live, file, base } of concerning(target)) {
      if (live) refuseIfHeld(file, base, new Set([target]));
      else messages.push(...(await lock(base, () => recoverOne(file, base))));
    }
    return messages;
  }

  function recoverOne(file: string, base: string): string[] {
    if (!existsSync(file)) return [];
    const journal = read(file);
    if (journal === undefined) return [setAside(file, base)];
    try {
      const { restored, others } = takeBack(journal, access(base, { draftId: journal.id, real: true }));
      const lost = others.flatMap(({ path, before }) => (before ? [{ path, bytes: before.bytes }] : []));
      const kept = lost.length === 0 ? undefined : keepFiles(folder, journal.id, lost);
      rmSync(file);
      return [...restoredMessage(restored, base), ...othersMessage(others, kept, base)];
    } catch (error) {
      if (error instanceof OrchError) throw error;
      throw new OrchError(
        'write-failed',
        `an interrupted change of ${base} cannot be taken back: ${(error as Error).message}`,
        {
          hint: `fix that and run the command again; the previous contents are saved in ${file}`,
          cause: error,
        },
      );
    }
  }

  function setAside(file: string, base: string): string {
    const aside = file.replace(/\.[^.]*$/, '.damaged');
    renameSync(file, aside);
    return `a change of ${base} was interrupted and its journal is damaged: check the files there; the journal is kept in ${aside}`;
  }

  async function resume(): Promise<{ changes: BytesChange[]; warnings: string[] }> {
    const target = canonicalPath(ownBase());
    const changes: BytesChange[] = [];
    const warnings = strays(target);
    for (const { live, file, base, header } of concerning(target)) {
      if (live) continue;
      await lock(base, () => {
        const journal = header && read(file);
        if (journal === undefined) warnings.push(...recoverOne(file, base));
        else {
          finishNow(journal, base);
          changes.push(...journal.steps.map(asChange));
        }
      });
    }
    if (changes.length === 0) {
      throw new OrchError('file-not-found', `no interrupted change is waiting in ${target}`, {
        hint: [
          'none was interrupted here, or another orch command has taken it back since',
          ...warnings,
        ].join('; '),
      });
    }
    return { changes, warnings };
  }

  function finishNow(journal: Journal, base: string): void {
    try {
      finish(journal, access(base, { draftId: journal.id, real: true }), base);
      rmSync(journal.file);
    } catch (error) {
      if (error instanceof OrchError) throw error;
      throw new OrchError(
        'write-failed',
        `the change cannot be finished: ${(error as Error).message}; it is still waiting`,
        { hint: 'fix that and run the command again', cause: error },
      );
    }
  }

  function waiting(): string | undefined {
    const entry = concerning(canonicalPath(ownBase())).find(({ live }) => !live);
    if (entry === undefined) return undefined;
    const steps = entry.header && read(entry.file)?.steps;
    if (!steps) return `an interrupted change of ${entry.base} has a damaged journal: ${entry.file}`;
    const paths = some(steps.map(({ path }) => path));
    return `a change of ${entry.base} was interrupted (${paths}): orch patch apply --resume finishes it, the next orch command that writes there takes it back`;
  }
}

/** The path and the folders above it, innermost first. */
function upwards(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...upwards(above)];
}

function restoredMessage(restored: readonly Step[], base: string): string[] {
  const [step] = restored;
  if (step === undefined) return [];
  if (restored.length > 1)
    return [`${restored.length} files in ${base} were put back as they were before a run that was killed`];
  return step.before
    ? [`${step.path} was restored to its content before a run that was killed`]
    : [`${step.path} was removed: it was left behind by a run that was killed`];
}

function othersMessage(others: readonly Step[], kept: string | undefined, base: string): string[] {
  if (others.length === 0) return [];
  const paths = some(others.map(({ path }) => path));
  const where = kept === undefined ? '' : `; the content before that run is in ${kept}`;
  return [`changed after a run in ${base} that was killed, so not restored: ${paths}${where}`];
}

function asChange({ path, before, after }: Step): BytesChange {
  const [old, now] = [before?.bytes ?? '', after?.bytes ?? ''];
  const kind = before === undefined ? 'create' : after === undefined ? 'delete' : 'modify';
  return { kind, path, before: old, after: now };
}
