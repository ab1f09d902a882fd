/**
 * Changes a tree all or nothing, also when the process is killed: what a change writes and what it replaces is in
 * a journal before the first file is touched, and a later process takes it back from there or finishes it.
 */
import { accessSync, constants, existsSync, rmSync } from 'node:fs';
import { OrchError } from '../../../core/errors/orch-error.ts';
import type { TreeWriter } from '../../../engine/ports.ts';
import { makeFolders } from '../../system/make-folders.ts';
import { canonicalPath } from '../../system/paths.ts';
import { type Temporaries, untracked } from '../write/temporaries.ts';
import { type TreeAccess, treeAccess } from '../write/tree-access.ts';
import { writeFailed } from '../write/write-failed.ts';
import { removeUnfinished, saveJournal } from './journal-file.ts';
import { planChanges } from './plan.ts';
import { type RecoveryOptions, recovery } from './recovery.ts';
import { carryOut, type Plan, takeBack } from './steps.ts';

export interface TreeWriterOptions extends RecoveryOptions {
  temporaries?: Temporaries;
}

/** A change that is recorded in a journal. */
interface Begun {
  id: string;
  tree: TreeAccess;
  plan: Plan;
  journal: string;
}

export function treeWriter(options: TreeWriterOptions): TreeWriter {
  const { folder, lock, access = treeAccess, temporaries = untracked } = options;
  const { recover, resume, waiting, refuseUnfinished } = recovery(options);
  return {
    async assertPossible() {
      try {
        makeFolders(folder, 0o700);
        accessSync(folder, constants.W_OK | constants.X_OK);
      } catch (error) {
        throw notSaved(error, folder);
      }
    },
    async apply(given, changes) {
      const base = canonicalPath(given);
      await lock(base, async () => {
        const list = typeof changes === 'function' ? await changes() : changes;
        if (list.length === 0) return;
        const paths = list.flatMap(({ path, oldPath = path }) => [path, oldPath]);
        const begun = begin(base, paths, (tree) => planChanges(list, tree));
        carryOutAll(begun, () => rmSync(begun.journal));
      });
    },
    recover,
    resume,
    waiting: async () => waiting(),
  };

  /** Throws `write-failed` and the errors of `makePlan`; nothing has been changed then. */
  function begin(base: string, paths: readonly string[], makePlan: (tree: TreeAccess) => Plan): Begun {
    const id = crypto.randomUUID();
    try {
      refuseUnfinished(base, paths);
      const tree = accessTo(base, id);
      const plan = makePlan(tree);
      removeUnfinished(folder, base);
      return { id, tree, plan, journal: saveJournal(folder, { id, base, ...plan }, temporaries) };
    } catch (error) {
      throw error instanceof OrchError ? error : notSaved(error, folder);
    }
  }

  function accessTo(base: string, draftId: string): TreeAccess {
    try {
      return access(base, { draftId, real: true });
    } catch (error) {
      throw writeFailed(error, { path: base });
    }
  }
}

/** Takes everything back if anything fails. If that fails as well, the journal stays for the next command. */
function carryOutAll({ plan, tree, journal }: Begun, finish: () => void = () => {}): void {
  let done = 0;
  try {
    for (const step of plan.steps) {
      // Of a process that was stopped for so long that it seemed to be gone.
      if (!existsSync(journal)) throw takenBack();
      carryOut(step, tree);
      done++;
    }
    finish();
  } catch (error) {
    // ENOSPC does not name the file.
    const path = plan.steps[done]?.path;
    throw writeFailed(error, { path, outcome: undo(plan, done, { tree, journal }) });
  }
}

function takenBack(): OrchError {
  return new OrchError(
    'write-failed',
    'another orch process took this one for dead and took its change back',
    {
      hint: 'run it again',
    },
  );
}

/** Returns what has become of the tree. The step that failed may have been carried out or not. */
function undo(
  { steps, folders }: Plan,
  done: number,
  { tree, journal }: Pick<Begun, 'tree' | 'journal'>,
): string {
  const saved = `the previous contents are saved in ${journal}`;
  try {
    const { others } = takeBack({ steps: steps.slice(0, done + 1), folders }, tree);
    const lost = others.filter((step) => step !== steps[done]).map(({ path }) => path);
    if (lost.length > 0) return `could not be restored: ${lost.join(', ')}; ${saved}`;
    rmSync(journal, { force: true });
    return 'nothing was changed';
  } catch (error) {
    return `the change could not be taken back (${(error as Error).message}); ${saved}`;
  }
}

function notSaved(cause: unknown, folder: string): OrchError {
  const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
  return new OrchError(
    'write-failed',
    `the old content cannot be backed up in ${folder} (${why}); nothing was changed`,
    { hint: 'free some space there or make it writable, or set XDG_STATE_HOME to another folder', cause },
  );
}
