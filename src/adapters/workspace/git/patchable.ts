import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { realPath } from '../../system/paths.ts';

/** Throws `file-forbidden` if the path below `base` leads through a link: git patches no such file. Throws if it is missing. */
export function refuseLinked(base: string, path: string): void {
  const real = realpathSync(join(base, path));
  if (real === join(realPath(base), path)) return;
  throw new OrchError(
    'file-forbidden',
    `${path} is reached through a symbolic link, which git does not patch`,
    { hint: `use the file that it points to: ${real}` },
  );
}
