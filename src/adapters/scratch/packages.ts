/** Finds installed packages, which git ignores: they are not copied, but shown to what runs. */
import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { SharedPath } from '../../engine/sandbox-ports.ts';
import { isInside, statsOf } from '../system/paths.ts';
import { targetIn } from './files-to-copy.ts';

export interface Packages {
  shared: SharedPath[];
  /** Folders of the copy that have to be there, such as `node_modules`. */
  folders: string[];
  /** Links to what is in the copy, such as packages of a workspace. */
  links: Map<string, string>;
}

const manifest =
  /^(package\.json|pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.txt|Pipfile|go\.mod|Cargo\.toml|composer\.json|Gemfile)$/;
/** Of tools that write to them. */
const cache = /^\.(cache|vite|vite-temp|vitest.*|nyc_output|tmp)$/;
const environments = ['.venv', 'venv', 'env', '.virtualenv'];
/** What else holds packages, by a file that is in it. */
const others = [
  ['vendor', 'modules.txt'],
  ['vendor', 'autoload.php'],
  ['vendor', 'bundle'],
  ['target', 'CACHEDIR.TAG'],
  ['.yarn/cache', ''],
  ['.yarn/unplugged', ''],
  ['.pnp.cjs', ''],
] as const;

/** What is shown of them in the copy itself. */
export function namesOf({ folders, links, shared }: Packages): string[] {
  const names = [...folders, ...links.keys(), ...shared.map(({ at }) => at)];
  return names.filter((name) => !name.startsWith('../'));
}

export function isManifest(name: string): boolean {
  return manifest.test(name);
}

/** `base` and `top`, the repository around it, are real paths; `copied` are names in the base. */
export function findPackages(base: string, top: string | undefined, copied: Iterable<string>): Packages {
  const packages: Packages = { shared: [], folders: [], links: new Map() };
  const own = new Set<string>();
  const filled = new Set<string>();
  for (const name of copied) {
    if (isManifest(name.slice(name.lastIndexOf('/') + 1))) own.add(dirname(name));
    for (let here = dirname(name); here !== '.' && !filled.has(here); here = dirname(here)) filled.add(here);
  }
  for (const folder of new Set(['.', ...own])) {
    const at = (name: string) => (folder === '.' ? name : `${folder}/${name}`);
    addModules(base, at('node_modules'), packages, filled);
    for (const name of environments) {
      const isOne = ['pyvenv.cfg', 'conda-meta'].some((each) => existsSync(join(base, folder, name, each)));
      if (isOne && !filled.has(at(name))) share(base, at(name), packages);
    }
    for (const [name, inIt] of others) {
      const isThere = existsSync(join(base, folder, name, inIt));
      if (isThere && !filled.has(at(name))) share(base, at(name), packages);
    }
  }
  for (let here = base; top !== undefined && here !== top && isInside(here, top); ) {
    here = dirname(here);
    for (const name of ['node_modules', ...environments.slice(0, 2)]) {
      const isOne = name === 'node_modules' || existsSync(join(here, name, 'pyvenv.cfg'));
      const at = relative(base, join(here, name)).split(sep).join('/');
      if (isOne && statsOf(join(here, name))?.isDirectory()) share(base, at, packages);
    }
  }
  return packages;
}

/** Once per name: `vendor` may be of two kinds. What leads out of the project has to be a folder of packages. */
function share(base: string, at: string, { shared }: Packages): void {
  const real = realOf(join(base, at));
  const isOwn = real !== undefined && (isInside(real, base) || isInside(real, dirname(join(base, at))));
  if (real === undefined || !(isOwn || isOfPackages(real)) || shared.some((each) => each.at === at)) return;
  shared.push({ at, source: real });
}

/** A real folder in the copy, as tools write to it; what is in it is shared. */
function addModules(base: string, at: string, packages: Packages, filled: ReadonlySet<string>): void {
  const real = realOf(join(base, at));
  if (real === undefined || !(isInside(real, base) || isOfPackages(real))) return;
  if (!statsOf(real)?.isDirectory()) return;
  packages.folders.push(at);
  addEntries({ at, real, bound: isInside(real, base) ? base : real }, packages, filled);
}

/** Links that stay in `bound` remain links. */
function addEntries(
  { at, real, bound }: { at: string; real: string; bound: string },
  packages: Packages,
  filled: ReadonlySet<string>,
): void {
  for (const entry of readdirSync(real, { withFileTypes: true })) {
    const { name } = entry;
    const place = `${at}/${name}`;
    const source = join(real, name);
    if (cache.test(name) || filled.has(place)) continue;
    if (entry.isSymbolicLink()) {
      const target = targetIn(bound, source);
      const leadsTo = realOf(source);
      if (target !== undefined) packages.links.set(place, target);
      else if (leadsTo !== undefined && isOfPackages(leadsTo))
        packages.shared.push({ at: place, source: leadsTo });
    } else if (name.startsWith('@') && entry.isDirectory() && holdsLinks(source)) {
      packages.folders.push(place);
      addEntries({ at: place, real: source, bound }, packages, filled);
    } else if (entry.isDirectory() || entry.isFile()) packages.shared.push({ at: place, source });
  }
}

function holdsLinks(folder: string): boolean {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => entry.isSymbolicLink());
}

/** A stranger's link must not show anything else of the user's. */
function isOfPackages(real: string): boolean {
  return real.split(sep).some((name) => name === 'node_modules' || name === '.pnpm');
}

function realOf(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined ? undefined : realpathSync(path);
  } catch {
    return undefined;
  }
}
