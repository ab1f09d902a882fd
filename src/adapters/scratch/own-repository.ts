/** Makes the copy a git repository with one commit: some suites ask git. Nothing of the user's repository is in it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { findGit, type GitCall, git } from '../workspace/git/git.ts';
import { complaintOf } from '../workspace/git/unanswered.ts';
import type { Packages } from './packages.ts';

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
  const shown = [...packages.folders, ...packages.links.keys(), ...packages.shared.map(({ at }) => at)];
  const ignored = shown.filter((name) => !name.startsWith('../')).map((name) => `/${name.replace(/[[\]*?\\!#]/g, '\\$&')}\n`);
  const files = {
    HEAD: 'ref: refs/heads/main\n',
    config,
    'info/attributes': attributes,
    'info/exclude': ignored.join(''),
  };
  for (const name of ['objects', 'refs/heads', 'info']) mkdirSync(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const calls: GitCall[] = [
    ['add-copy', root],
    ['commit-copy', root],
  ];
  for (const call of calls) {
    const answer = await git(call, { signal, limitMs });
    if (answer.status === 0) continue;
    throw new OrchError('write-failed', `nothing was run: git cannot make a repository of the copy: ${complaintOf(answer)}`, {
      hint: 'free some space in the folder for temporary files, or set TMPDIR to another one',
    });
  }
}
