/** What there is in a folder, to be compared later: contents, modes and times of change. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export function photograph(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    ['.', ...names].map((name) => {
      const path = join(folder, name);
      const { mode, mtimeMs, size } = lstatSync(path);
      const kind = mode & 0o170000;
      const content =
        kind === 0o100000 ? readFileSync(path, 'latin1') : kind === 0o120000 ? readlinkSync(path) : '';
      return [name, `${mode.toString(8)} ${mtimeMs} ${size} ${content}`];
    }),
  );
}
