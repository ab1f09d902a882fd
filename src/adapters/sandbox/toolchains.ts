/** Finds the programs that what runs may need, and what has to be shown of each in a sandbox. */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Link, Mount } from '../../core/sandbox/bubblewrap.ts';
import {
  certificateFolders,
  installationOf,
  isIn,
  namedFolders,
  programs,
  stores,
  systemFolders,
  systemSettings,
} from '../../core/sandbox/toolchains.ts';
import { isThere, realPath, statsOf } from '../system/paths.ts';

export interface Shown {
  mounts: Mount[];
  links: Link[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The system's own folders; a link between them stays one. */
export function systemPaths(): Shown {
  const shown: Shown = { mounts: [], links: [] };
  for (const folder of systemFolders) show(folder, shown);
  for (const name of namesIn('/etc')) if (systemSettings.test(name)) show(`/etc/${name}`, shown);
  for (const path of certificateFolders) show(path, shown);
  return shown;
}

function show(path: string, shown: Shown): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink()) shown.links.push({ at: path, target: readlinkSync(path) });
  else if (stats?.isFile() || stats?.isDirectory()) shown.mounts.push({ at: path, source: path });
}

/**
 * Toolchains outside of the system's folders. `also`: programs that are known by path. Nothing that lies in `base`, a real
 * path, and never a folder that contains the home folder or the base.
 */
export function toolchainPaths(
  search: readonly string[],
  { variables, home, base, also = [] }: { variables: Variables; home: string; base: string; also?: string[] },
): Shown {
  const shownAlready = [...systemFolders, '/etc', base];
  const isShown = (path: string) => shownAlready.some((folder) => isIn(path, folder));
  const closed = [
    home,
    realPath(home),
    base,
    join(home, '.local'),
    join(home, '.config'),
    join(home, '.cache'),
  ];
  const mounts = new Set<string>();
  const links = new Map<string, string>();
  const add = (path: string): void => {
    const { real, hops } = follow(path);
    for (const [at, target] of hops) if (!isShown(at)) links.set(at, target);
    if (!isShown(real) && isThere(real)) mounts.add(real);
  };
  const found = new Set<string>();
  const wanted = programs.flatMap((name) => {
    const path = search.map((folder) => join(folder, name)).find((each) => statsOf(each)?.isFile());
    if (path !== undefined) found.add(name);
    return path ?? [];
  });
  for (const path of [...wanted, ...also]) {
    const { real, hops } = follow(path);
    const has = (folder: string) => statsOf(folder)?.isDirectory() === true;
    // A shim that is a link leads on; one that is a script says where its version manager is by where it lies.
    for (const at of [...hops.keys(), real]) {
      if (isShown(at)) continue;
      const shown = installationOf(at, { has, closed });
      // The link itself is made anew.
      if (shown !== at || at === real) add(shown);
    }
    for (const [at, target] of hops) if (!isShown(at)) links.set(at, target);
  }
  const folders = [
    ...stores
      .filter(([of]) => of.some((name) => found.has(name)))
      .flatMap(([, below]) => below.map((each) => join(home, each))),
    ...namedFolders.flatMap(([name, below]) => (variables[name] ? [`${variables[name]}${below}`] : [])),
  ].flatMap(expanded);
  for (const folder of folders) {
    if (folder.startsWith('/') && isThere(folder) && !closed.some((each) => isIn(each, resolve(folder))))
      add(resolve(folder));
  }
  const isWithin = (path: string) => [...mounts].some((each) => each !== path && isIn(path, each));
  return {
    mounts: [...mounts].filter((path) => !isWithin(path)).map((path) => ({ at: path, source: path })),
    links: [...links]
      .filter(([at]) => ![...mounts].some((each) => isIn(at, each)))
      .map(([at, target]) => ({ at, target })),
  };
}

/** `python*` stands for every name that begins so. */
function expanded(pattern: string): string[] {
  if (!pattern.endsWith('*')) return [pattern];
  const folder = dirname(pattern);
  const start = pattern.slice(folder.length + 1, -1);
  return namesIn(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => join(folder, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const mostLinks = 40;

/** The real path, and every link on the way to it with what it says. */
function follow(path: string): { real: string; hops: Map<string, string> } {
  const hops = new Map<string, string>();
  const names = path.split('/').filter((name) => name !== '');
  let here = '/';
  while (names.length > 0) {
    const next = join(here, names.shift()!);
    const target = hops.size < mostLinks ? linkTarget(next) : undefined;
    if (target === undefined) {
      here = next;
      continue;
    }
    hops.set(next, target);
    const rest = names.splice(0);
    names.push(
      ...resolve(here, target)
        .split('/')
        .filter((name) => name !== ''),
      ...rest,
    );
    here = '/';
  }
  return { real: here, hops };
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
