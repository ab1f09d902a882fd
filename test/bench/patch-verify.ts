/** Lets git itself say whether an emitted patch applies and gives the intended bytes. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileChange } from '../../src/core/patch/types.ts';

/** Undefined when all is well, otherwise what is not. */
export function verifyWithGit(workDirectory: string, patch: string, change: FileChange): string | undefined {
  const directory = join(workDirectory, 'verify');
  rmSync(directory, { recursive: true, force: true });
  const file = join(directory, change.path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, change.before);
  const git = (...options: string[]) =>
    spawnSync('git', ['apply', '--whitespace=nowarn', ...options, '-'], {
      cwd: directory,
      input: patch,
      encoding: 'utf8',
    });
  const check = git('--check');
  if (check.status !== 0) return `git apply --check: ${check.stderr.trim()}`;
  if (git().status !== 0) return 'git apply failed after its own check';
  return readFileSync(file).equals(Buffer.from(change.after))
    ? undefined
    : 'the bytes are not the intended ones';
}
