/** Describes why files are not written. */
import { OrchError } from '../../../core/errors/orch-error.ts';

const hints: Record<string, string> = {
  ENOSPC: 'the disk is full: free some space and run it again',
  EDQUOT: 'the disk quota is exceeded: free some space and run it again',
  EFBIG: 'the file exceeds the size limit (ulimit -f)',
  EACCES: 'check the permissions of the file and its folder',
  EROFS: 'the file system is read-only: write to another one',
  ENXIO: 'nothing reads from the pipe: start its reader first',
  ENAMETOOLONG: 'use a shorter name: most file systems allow 255 bytes',
  EINVAL: 'use the path of a regular file, not of a pipe, a device or a link to nothing',
  EISDIR: 'use the path of a file, not of a folder',
  ENOTDIR: 'fix the path: part of it is a file, not a folder',
  EEXIST: 'fix the path: part of it is a file, not a folder',
};

/** An error that already says what happened only gets the outcome. */
export function writeFailed(
  error: unknown,
  { path, outcome = 'nothing was changed' }: { path?: string | undefined; outcome?: string } = {},
): OrchError {
  if (error instanceof OrchError) return new OrchError(error.code, `${error.message}; ${outcome}`, error);
  const { code, path: where, message } = error as NodeJS.ErrnoException;
  return new OrchError(
    'write-failed',
    `cannot write ${path ?? where ?? 'the file'} (${code ?? message}); ${outcome}`,
    { hint: hints[code ?? ''] ?? 'check that the path is writable', cause: error },
  );
}

/** `isThere`: whether there is a file of that name now. */
export function changedSinceRead(path: string, isThere: boolean): OrchError {
  return new OrchError(
    'file-changed',
    `${path} ${isThere ? 'has changed' : 'was deleted'} since it was read`,
    {
      hint: 'run the call again',
    },
  );
}
