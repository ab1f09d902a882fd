/** Leaves a tree and a state folder as a process does that is killed between two writes, or in the middle of one. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ProcessIdentity, thisProcess } from '../../src/adapters/system/process-identity.ts';
import { treeWriter } from '../../src/adapters/workspace/changes/tree-writer.ts';
import { treeAccess } from '../../src/adapters/workspace/write/tree-access.ts';
import { treeLock } from '../../src/adapters/workspace/write/tree-lock.ts';
import type { BytesChange } from '../../src/engine/ports.ts';

const gone = spawnSync(process.execPath, ['--version']).pid;
export const dead = (): ProcessIdentity => ({ ...thisProcess(), pid: gone });

export function writerIn(base: string, state: string, access = treeAccess) {
  return treeWriter({
    folder: join(state, 'journal'),
    cwd: base,
    base: () => base,
    lock: treeLock(join(state, 'locks')),
    access,
  });
}

/** After so many writes nothing has any effect any more; with `half`, the next one leaves its temporary file. */
export function accessUntil(
  writes: number,
  { half = false } = {},
): { access: typeof treeAccess; done: () => boolean } {
  let left = writes;
  let killed = false;
  const access: typeof treeAccess = (base, options) => {
    const tree = treeAccess(base, options);
    const alive = <Value>(action: () => Value): Value => {
      if (killed) throw new Error('killed');
      return action();
    };
    const write = <Value>(action: () => Value, path?: string): Value =>
      alive(() => {
        if (left-- > 0) return action();
        killed = true;
        if (half && path !== undefined) {
          const name = path.slice(path.lastIndexOf('/') + 1);
          writeFileSync(join(base, dirname(path), `.${name}.orch-${options?.draftId}`), 'ha');
        }
        throw new Error('killed');
      });
    return {
      kind: (path) => alive(() => tree.kind(path)),
      read: (path) => alive(() => tree.read(path)),
      replace: (path, ...rest) => write(() => tree.replace(path, ...rest), path),
      remove: (path) => write(() => tree.remove(path)),
      removeDraft: (path) => alive(() => tree.removeDraft(path)),
      makeFolders: (path) => write(() => tree.makeFolders(path)),
      removeFolder: (path) => alive(() => tree.removeFolder(path)),
    };
  };
  return { access, done: () => !killed };
}

/** The journals are those of another process. */
export function heldBy(holder: ProcessIdentity, state: string): void {
  for (const file of journals(state)) {
    const bytes = readFileSync(file);
    const end = bytes.indexOf('\n');
    const header = JSON.parse(bytes.toString('utf8', 0, end));
    writeFileSync(
      file,
      Buffer.concat([Buffer.from(JSON.stringify({ ...header, holder })), bytes.subarray(end)]),
    );
  }
}

export function journals(state: string): string[] {
  const folder = join(state, 'journal');
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder).map((name) => join(folder, name));
}

/** Returns false when everything was written before the kill: only the journal is still there then. */
export async function killedWhileApplying(
  changes: readonly BytesChange[],
  { base, state, writes, half = false }: { base: string; state: string; writes: number; half?: boolean },
): Promise<boolean> {
  const { access, done } = accessUntil(writes, { half });
  let saved: [string, Buffer][] = [];
  const lastLook: typeof treeAccess = (...args) => {
    const tree = access(...args);
    const keep = () => {
      saved = journals(state).map((file) => [file, readFileSync(file)]);
    };
    return {
      ...tree,
      replace(...file) {
        keep();
        tree.replace(...file);
      },
      remove(path) {
        keep();
        tree.remove(path);
      },
    };
  };
  await writerIn(base, state, lastLook)
    .apply(base, changes)
    .catch((error: Error) => {
      if (!error.message.includes('killed')) throw error;
    });
  if (done()) for (const [file, bytes] of saved) writeFileSync(file, bytes);
  heldBy(dead(), state);
  return !done();
}
