/** Folders of a stranger's in which git, left to itself, runs programs; each program leaves a mark. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folder, git, initialize } from './orch.ts';

export interface Trap {
  /** A program that leaves a mark and passes its input on. */
  program(name: string): string;
  /** The programs that have run. */
  marks(): string[];
}

export function trap(): Trap {
  const programs = folder();
  const marks = folder();
  return {
    program(name) {
      const path = join(programs, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `#!/bin/sh\n: > '${marks}/${name.replaceAll('/', '-')}'\nexec cat\n`);
      chmodSync(path, 0o755);
      return path;
    },
    marks: () => readdirSync(marks).sort(),
  };
}

const hooks = ['post-index-change', 'pre-applypatch', 'post-checkout', 'reference-transaction'];

/** Every setting that names a program, for git of any command. */
export function hostileConfig({ program }: Trap): string {
  const [hook] = hooks.map((name) => program(`hooks/${name}`));
  const included = folder({ config: `[core]\n\tfsmonitor = ${program('included')}\n` });
  const elsewhere = folder({ attributes: '* filter=x\n' });
  return `[core]
	repositoryformatversion = 1
	worktree = ${elsewhere}
	attributesFile = ${elsewhere}/attributes
	hooksPath = ${dirname(hook!)}
	sshCommand = ${program('ssh')}
	gitProxy = ${program('proxy')}
	pager = ${program('pager')}
	editor = ${program('editor')}
	askPass = ${program('askpass')}
	alternateRefsCommand = ${program('alternates')}
[pager]
	apply = ${program('pager-apply')}
	check-ignore = ${program('pager-check-ignore')}
	config = ${program('pager-config')}
[alias]
	apply = !${program('alias-apply')}
	check-ignore = !${program('alias-check-ignore')}
[filter "x"]
	clean = ${program('clean')}
	smudge = ${program('smudge')}
	required = true
[filter "y"]
	process = ${program('process')}
[diff]
	external = ${program('diff')}
[diff "x"]
	textconv = ${program('textconv')}
	command = ${program('diff-command')}
[merge "x"]
	driver = ${program('merge')}
[gpg]
	program = ${program('gpg')}
[credential]
	helper = ${program('credential')}
[extensions]
	partialClone = origin
[remote "origin"]
	url = ext::${program('transport')}
	promisor = true
	uploadpack = ${program('uploadpack')}
[include]
	path = ${included}/config
[core]
	fsmonitor = ${program('fsmonitor')}
`;
}

export const attributes = '* filter=x diff=x merge=x\n*.md filter=y\n';

/** What makes git take a folder for a bare repository. */
export function bareLayout(config: string): Record<string, string> {
  return {
    HEAD: 'ref: refs/heads/main\n',
    config,
    'objects/x': 'x\n',
    'refs/x': 'x\n',
    'info/attributes': attributes,
  };
}

/** A repository with the files, `.gitattributes` among them, and a hostile configuration. */
export async function foreignRepository(files: Record<string, string>, { hostile }: { hostile: Trap }) {
  const path = folder({ ...files, '.gitattributes': attributes });
  initialize(path);
  await git(['add', '-A'], path);
  writeFileSync(join(path, '.git/config'), hostileConfig(hostile));
  return path;
}

/** git as a user would run it there, whatever comes of it. */
export function plainGit(args: readonly string[], cwd: string, input = ''): Promise<void> {
  return new Promise((fulfil) => {
    const child = execFile('git', args, { cwd }, () => fulfil());
    // It may end before it has read anything.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
