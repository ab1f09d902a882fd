/** Notes on folders of ours that other users could change: what they put there would be used. */
import { shellPath } from '../../core/text/shell-word.ts';
import { statsOf } from './paths.ts';

export function folderNotes(folders: readonly string[]): string[] {
  const { getuid } = process;
  // Windows has no such modes.
  if (getuid === undefined) return [];
  const found = folders.flatMap((path) => {
    const stats = statsOf(path);
    return stats ? [{ path, stats }] : [];
  });
  const foreign = found.filter(({ stats }) => stats.uid !== getuid());
  const writable = found.filter(({ stats }) => stats.uid === getuid() && (stats.mode & 0o022) !== 0);
  return [
    ...(writable.length === 0
      ? []
      : [
          `other users can write where orch keeps patches and locks; run chmod 700 ${writable.map(({ path }) => shellPath(path)).join(' ')}`,
        ]),
    ...(foreign.length === 0
      ? []
      : [
          `orch keeps patches and locks in folders of another user (${foreign.map(({ path }) => path).join(', ')}); run chown, or set XDG_STATE_HOME to a folder of your own`,
        ]),
  ];
}
