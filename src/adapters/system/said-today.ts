/** Keeps which reminders were shown today: one empty file each, named by the day and a hash of the text. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from './make-folders.ts';

const markName = /^\d{4}-\d{2}-\d{2}-[0-9a-f]{32}$/;

/**
 * Whether the text was said before on this day (`YYYY-MM-DD`); from now on it was. Of several processes, one is the
 * first. Never throws: where nothing can be kept, nothing was said. A clock that jumps only starts another day.
 */
export function saidToday(folder: string, day: string, text: string): boolean {
  // Most starts say nothing, and are quicker without it.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const name = `${day}-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  try {
    makeFolders(folder, 0o700);
    writeFileSync(join(folder, name), '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' && isMark(folder, name);
  }
  forgetOtherDays(folder, day);
  return false;
}

/** The folder itself may be a file, which is an EEXIST as well. */
function isMark(folder: string, name: string): boolean {
  try {
    return readdirSync(folder).includes(name);
  } catch {
    return false;
  }
}

function forgetOtherDays(folder: string, day: string): void {
  try {
    for (const name of readdirSync(folder))
      if (markName.test(name) && !name.startsWith(day)) rmSync(join(folder, name), { force: true });
  } catch {
    // The next day may succeed.
  }
}
