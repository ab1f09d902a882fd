/** Makes the copy a git repository with one commit: some suites ask git. Nothing of the user's repository is in it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { findGit, type GitCall, git } from '../workspace/git/git.ts';
import { complaintOf } from '../workspace/git/unanswered.ts';
import { namesOf, type Packages } from './packages.ts';

const config = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
`;
/** Files are stored as they are, whatever the project's own attributes ask for. */
const attributes = '* -text -ident -filter -working-tree-encoding\n';
const limitMs = 120_000;

/** Nothing where git is not installed. Throws `write-failed`. */
export async function makeRepository(root: string, packages: Packages, signal: AbortSignal): Promise<void> {
  if (findGit() === undefined) return;
  const folder = join(root, '.git');
  const ignored = namesOf(packages).map((name) => `/${name.replace(/[[\]*?\\!#]/g, '\\$&')}\n`);
  const files = {
    HEAD: 'ref: refs/heads/main\n',
    config,
    'info/attributes': attributes,
    'info/exclude': ignored.join(''),
  };
  for (const name of ['objects', 'refs/heads', 'info']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const ask = async (call: GitCall) => {
    const answer = await git(call, { signal, limitMs });
    if (answer.status === 0) return answer.stdout.trim();
    throw new OrchError(
      'write-failed',
      `nothing was run: git cannot make a repository of the copy: ${complaintOf(answer)}`,
      { hint: 'free some space in the folder for temporary files, or set TMPDIR to another one' },
    );
  };
  await ask(['add-copy', root]);
  const commit = await ask(['commit-tree', root, await ask(['write-tree', root])]);
  // Git's own commit would look at every file again.
  writeFileSync(join(folder, 'refs/heads/main'), `${commit}\n`);
}
