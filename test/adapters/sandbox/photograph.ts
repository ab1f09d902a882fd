/** What there is in a folder, to be compared later: contents, modes and times of change. No link is followed. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export function photograph(folder: string): Record<string, string> {
  const seen: Record<string, string> = {};
  const visit = (name: string) => {
    const path = join(folder, name);
    const stats = lstatSync(path);
    const content = stats.isFile()
      ? readFileSync(path, 'latin1')
      : stats.isSymbolicLink()
        ? readlinkSync(path)
        : '';
    seen[name] = `${stats.mode.toString(8)} ${stats.mtimeMs} ${content}`;
    if (stats.isDirectory()) for (const below of readdirSync(path).sort()) visit(join(name, below));
  };
  visit('.');
  return seen;
}
