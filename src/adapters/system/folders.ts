/** Locates the folders of the package, the user and the project. */
import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';

type Variables = Readonly<Record<string, string | undefined>>;

/** The package's folder, whether the code runs from `dist/` or from `src/`. */
export function packageFolder(): string {
  let here = import.meta.dirname;
  while (!existsSync(join(here, 'conf', 'models.json'))) {
    const above = dirname(here);
    if (above === here) throw new Error("the package's conf folder is missing: reinstall orch");
    here = above;
  }
  return here;
}

/** Where the build puts the runtime of tree-sitter and its grammars. */
export function grammarFolder(): string {
  return join(packageFolder(), 'dist', 'grammars');
}

/** As `homedir()` finds it, from these variables. */
export function homeFolder({ HOME, USERPROFILE }: Variables): string {
  const home = process.platform === 'win32' ? USERPROFILE : HOME;
  // With an empty HOME, homedir() is empty as well, and state would go to the working directory.
  return home || homedir() || userInfo().homedir;
}

function xdg(variables: Variables, name: string, fallback: string[]): string {
  const set = variables[name];
  // The XDG specification requires relative paths to be ignored.
  return set !== undefined && isAbsolute(set)
    ? join(set, 'orch')
    : join(homeFolder(variables), ...fallback, 'orch');
}

export function userConfigFolder(variables: Variables): string {
  if (process.platform === 'win32' && variables.APPDATA) return join(variables.APPDATA, 'orch');
  return xdg(variables, 'XDG_CONFIG_HOME', ['.config']);
}

/** What is in the state folder beside the ledger. SECURITY.md says what each holds, and for how long. */
export const stateFolders = [
  'locks',
  'results',
  'patches',
  'runs',
  'journal',
  'outputs',
  'temporaries',
  'said',
  'budget',
  'shared-budgets',
] as const;
export type StateFolder = (typeof stateFolders)[number];

/** Folder of the ledger, stored results and other state. */
export function stateFolder(variables: Variables): string {
  if (process.platform === 'win32' && variables.LOCALAPPDATA) return join(variables.LOCALAPPDATA, 'orch');
  return xdg(variables, 'XDG_STATE_HOME', ['.local', 'state']);
}

/** What can be made anew. */
export function cacheFolder(variables: Variables): string {
  if (process.platform === 'win32' && variables.LOCALAPPDATA)
    return join(variables.LOCALAPPDATA, 'orch', 'cache');
  return xdg(variables, 'XDG_CACHE_HOME', ['.cache']);
}

/** Top of the repository: the nearest folder from `start` upwards that contains `.git`. */
export function repositoryTop(start: string): string | undefined {
  for (let here = resolve(start); ; here = dirname(here)) {
    if (existsSync(join(here, '.git'))) return here;
    if (dirname(here) === here) return undefined;
  }
}

/** `.orch/` in the working directory or above it, up to the top of the repository. */
export function projectConfigFolder(cwd: string): string | undefined {
  const top = repositoryTop(cwd) ?? resolve(cwd);
  for (let here = resolve(cwd); ; here = dirname(here)) {
    const folder = join(here, '.orch');
    if (existsSync(folder)) return folder;
    if (here === top || dirname(here) === here) return undefined;
  }
}
