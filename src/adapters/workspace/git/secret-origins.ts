/** A rename or copy shows nothing of a file and yet carries all of it into another, which may be published. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { isSecretName } from '../../../core/secrets/secret-names.ts';
import { ignoredByGit } from './git-ignore.ts';

/** Throws `file-forbidden` if one of the paths below `base` looks secret by its name, or is ignored by git. */
export async function refuseSecretOrigins(
  origins: readonly string[],
  base: string,
  signal: AbortSignal,
): Promise<void> {
  if (origins.length === 0) return;
  const secret = origins.find(isSecretName);
  if (secret !== undefined) throw refused(secret, 'whose name looks secret');
  const { paths } = await ignoredByGit(origins.map((path) => join(base, path)).filter(existsSync), signal);
  const ignored = origins.find((path) => paths.has(join(base, path)));
  if (ignored !== undefined) throw refused(ignored, 'which git ignores');
}

function refused(path: string, why: string): OrchError {
  return new OrchError('file-forbidden', `the patch renames or copies ${path}, ${why}; nothing was changed`, {
    hint: 'if you want that, use git mv or cp',
  });
}
