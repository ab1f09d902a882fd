/** Finds the file of dist/ for each module, from the table in bundle.mjs. */
import { basename } from 'node:path';
import { packageOf } from './notices.mjs';

/**
 * `outputs`: tsup's modules. Returns each with its sources and its file, by name, and how they import each other.
 * Throws if a file would contain or load what the table does not allow.
 */
export function placeModules(outputs, files) {
  const modules = new Map(
    Object.entries(outputs).map(([path, { inputs, entryPoint, exports }]) => {
      const sources = Object.entries(inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([source]) => source);
      return [basename(path), { sources: sources.length > 0 ? sources : [entryPoint ?? ''], exports }];
    }),
  );
  const imports = Object.entries(outputs).flatMap(([path, module]) =>
    module.imports
      .filter(({ path: target }) => modules.has(basename(target)))
      .map(({ path: target, kind }) => ({ from: basename(path), to: basename(target), kind })),
  );
  setFiles(modules, imports, files);
  checkStatic(modules, imports, files);
  checkLazy(modules, imports, files);
  return { modules, imports };
}

/** Small modules without state (esbuild's helpers, the version) get no file: every file gets its own copy. */
function setFiles(modules, imports, files) {
  const placed = [...modules].filter(([, { sources }]) =>
    sources.some((source) => !['', 'package.json'].includes(source)),
  );
  /** The files of what uses each module. */
  const users = new Map(placed.map(([name, { sources }]) => [name, new Set(rowOf(sources, files))]));
  const free = new Set([...users].filter(([, { size }]) => size === 0).map(([name]) => name));
  // What is also imported statically is loaded by then.
  const isStatic = new Set(imports.filter(({ kind }) => kind === 'import-statement').map(({ to }) => to));
  const used = imports.filter(
    ({ to, kind }) => free.has(to) && (kind === 'import-statement' || !isStatic.has(to)),
  );
  for (let before = -1, found = 0; found > before; ) {
    before = found;
    for (const { from, to } of used) for (const file of users.get(from) ?? []) users.get(to).add(file);
    found = [...users.values()].reduce((sum, { size }) => sum + size, 0);
  }
  for (const [name, { sources }] of placed) {
    const file = commonFile([...users.get(name)], files);
    if (file === undefined) throw new Error(`${[...users.get(name)].join(' and ')} share ${sources[0]}`);
    modules.get(name).file = file;
    const { packages = [] } = files[file];
    for (const packageName of new Set(sources.map(packageOf))) {
      if (packageName !== undefined && !packages.includes(packageName)) {
        throw new Error(
          `dist/${file}.js would contain ${packageName}: list it in scripts/bundle.mjs, or load it with import()`,
        );
      }
    }
  }
}

/** The files that claim it: one, or none. */
function rowOf(sources, files) {
  const claims = Object.entries(files).filter(([, row]) =>
    row.sources.some((start) => sources.some((source) => pathInPackage(source).startsWith(start))),
  );
  if (claims.length > 1) {
    const names = claims.map(([name]) => name).join(' and ');
    throw new Error(`${names} both claim a module of ${sources.join(', ')}`);
  }
  return claims.map(([name]) => name);
}

/** The file and those it builds on, which have been loaded before it. */
function foundation(file, files) {
  if (['index', 'start', 'core'].includes(file)) return [file];
  const below = [files[file].on ?? 'command'].flat();
  return [file, ...below.flatMap((each) => foundation(each, files))];
}

function commonFile([first, ...others], files) {
  return foundation(first, files).find((file) =>
    others.every((other) => foundation(other, files).includes(file)),
  );
}

/** A static import is loaded together with the importing file: only what that builds on may be. */
function checkStatic(modules, imports, files) {
  for (const { from, to, kind } of imports) {
    const [file, other] = [modules.get(from).file, modules.get(to).file];
    if (kind !== 'import-statement' || other === undefined || other === file) continue;
    const allowed = file === 'index' ? ['start'] : foundation(file, files);
    if (!allowed.includes(other)) {
      throw new Error(
        `dist/${file}.js imports dist/${other}.js statically (${from} imports ${to}): use import() where it is needed`,
      );
    }
  }
}

/** Else every start, or every command, would load what few need. */
function checkLazy(modules, imports, files) {
  for (const { to, kind } of imports) {
    const { file, sources } = modules.get(to);
    const isUsedThere = ({ from, ...other }) =>
      other.to === to && other.kind === 'import-statement' && modules.get(from).file === file;
    if (kind !== 'dynamic-import' || !['core', 'command'].includes(file) || imports.some(isUsedThere))
      continue;
    if (rowOf(sources, files).length === 0) {
      throw new Error(
        `dist/${file}.js would contain ${sources[0]}, which is loaded with import(): it needs a row`,
      );
    }
  }
}

/** pnpm nests packages more deeply. */
function pathInPackage(source) {
  return source.replace(/^.*node_modules\//, 'node_modules/');
}
