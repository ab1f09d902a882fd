/**
 * Keeps what V8 has compiled in the user's cache folder: to compile it anew would take longer than all else that a
 * start does. From Node 22.8 on Node does that itself (module.enableCompileCache), so the half of this file that
 * reads and writes code goes once that is the oldest Node that orch runs on.
 *
 * V8 trusts the compiled code it is given, so it is read only from a folder that nobody else can write to, checked
 * against a sum, and used only for the very source that it was made from. Where any of this fails, or nothing can be
 * written, the start takes longer and nothing is said.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import module from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { Script } from 'node:vm';
import type * as zlib from 'node:zlib';

export interface Core {
  main(argv: readonly string[]): Promise<number>;
}

export interface LoadedCore {
  core: Core;
  /** Writes what has been compiled, if there is anything new. Never throws. */
  keepCode(): void;
}

/** Folders of code that are left beside the one in use: of another Node, of another installation. */
const othersKept = 2;

/**
 * `dist` is the folder of the files. Each command, named by the first word of the command line, has code of its own:
 * there is less to read than in one for all.
 */
export function loadCore(dist: string, word = ''): LoadedCore {
  const cache = cacheFolder(process.env);
  const source = readFileSync(join(dist, 'core.js'));
  const sourceSum = crc32(source);
  const folder = cache === undefined ? undefined : join(cache, codeFolderName(sourceSum));
  if (folder === undefined || !isOursOrMissing(dirname(folder)) || !isOursOrMissing(folder)) {
    return { core: module.createRequire(join(dist, 'core.js'))('./core.js'), keepCode() {} };
  }
  return (
    nodeKeepsCode(dist, folder) ??
    loadWithCode(dist, join(folder, `${codeName(word)}.code`), { source, sourceSum })
  );
}

/** Of Node's own modules, which are loaded only when they are asked for. */
function crc32(data: Buffer | string, value = 0): number {
  const { crc32: sum } = module.createRequire(__filename)('node:zlib') as typeof zlib;
  return sum(data, value);
}

function cacheFolder(variables: NodeJS.ProcessEnv): string | undefined {
  if (variables.NODE_DISABLE_COMPILE_CACHE) return undefined;
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA } = variables;
  if (XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'orch');
  if (process.platform === 'win32') return LOCALAPPDATA && join(LOCALAPPDATA, 'orch', 'cache');
  return HOME !== undefined && isAbsolute(HOME) ? join(HOME, '.cache', 'orch') : undefined;
}

/** V8 refuses code of another version of itself or of other flags, which would then be compiled on every start. */
function codeFolderName(sourceSum: number): string {
  const { version, platform, arch, execArgv, env } = process;
  const runtime = JSON.stringify([version, platform, arch, execArgv, env.NODE_OPTIONS]);
  return `code-${crc32(runtime, sourceSum).toString(16).padStart(8, '0')}`;
}

function codeName(word: string): string {
  return /^[a-z]{1,20}$/.test(word) ? word : 'orch';
}

/** Nobody but this user can have put something into it. */
function isOurs({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function isOursOrMissing(folder: string): boolean {
  try {
    // Not statSync: a link may lead anywhere.
    const stats = lstatSync(folder);
    return stats.isDirectory() && isOurs(stats);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** With the two above it. Not `recursive`, which never returns where the system lets nobody make a folder (/proc). */
function makeFolder(folder: string): void {
  const cache = dirname(folder);
  for (const path of [dirname(cache), cache, folder]) {
    if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
  }
  if (!isOursOrMissing(cache) || !isOursOrMissing(folder)) throw new Error('not our folder');
}

/** From Node 22.8 on. */
function nodeKeepsCode(dist: string, folder: string): LoadedCore | undefined {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache === undefined) return undefined;
  try {
    const isNew = lstatSync(folder, { throwIfNoEntry: false }) === undefined;
    makeFolder(folder);
    enableCompileCache(folder);
    if (isNew) removeOldCode(folder);
  } catch {
    // Without, then.
  }
  return { core: module.createRequire(join(dist, 'core.js'))('./core.js'), keepCode() {} };
}

interface LoadedFile {
  exports: unknown;
  script: Script;
  sourceSum: number;
  /** V8 took the code that was kept. */
  isKept: boolean;
}

type LoadedFiles = ReadonlyMap<string, LoadedFile>;

interface Source {
  source: Buffer;
  sourceSum: number;
}

/** `codeFile` need not exist. `core`: that of core.js. */
function loadWithCode(dist: string, codeFile: string, core: Source): LoadedCore {
  const kept = readCode(codeFile);
  const files = new Map<string, LoadedFile>();
  const requireOther = module.createRequire(join(dist, 'core.js'));
  const requireFile = (name: string): unknown => {
    if (!name.startsWith('./')) return requireOther(name);
    const loaded = files.get(name);
    if (loaded) return loaded.exports;
    const path = join(dist, name);
    const { source, sourceSum } = name === './core.js' ? core : readSource(path);
    const code = kept.get(name);
    const cachedData = code?.sourceSum === sourceSum ? code.data : undefined;
    const script = new Script(textOf(source), {
      filename: path,
      ...(cachedData ? { cachedData } : {}),
    });
    const isKept = cachedData !== undefined && script.cachedDataRejected === false;
    const file: LoadedFile & { exports: unknown } = { exports: {}, script, sourceSum, isKept };
    files.set(name, file);
    script.runInThisContext()(file.exports, requireFile, file, path, dist);
    return file.exports;
  };
  return {
    core: requireFile('./core.js') as Core,
    keepCode() {
      if ([...files.values()].every(({ isKept }) => isKept)) return;
      writeCode(codeFile, kept, files);
      for (const file of files.values()) file.isKept = true;
    },
  };
}

const [head, tail] = module
  .wrap('\0')
  .split('\0')
  .map((text) => Buffer.from(text));

/** In one piece: V8 would copy text that is put together. The build sees to it that the files are ASCII. */
function textOf(source: Buffer): string {
  return Buffer.concat([head!, source, tail!]).toString('latin1');
}

function readSource(path: string): Source {
  const source = readFileSync(path);
  return { source, sourceSum: crc32(source) };
}

interface KeptCode {
  sourceSum: number;
  data: Buffer;
}

/** By name. */
type KeptFiles = ReadonlyMap<string, KeptCode>;

/**
 * A file of code: the sum of all that follows, the length of the index, the index as JSON, and the code of each file
 * in the order of the index. All begins at a multiple of eight bytes, where V8 need not copy it.
 */
type Index = [name: string, sourceSum: number, bytes: number][];

const headBytes = 8;
const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8;

function readCode(codeFile: string): Map<string, KeptCode> {
  const found = new Map<string, KeptCode>();
  try {
    const content = readOurs(codeFile);
    if (content.readUInt32LE(0) !== crc32(content.subarray(4))) return found;
    let at = headBytes + content.readUInt32LE(4);
    const index = JSON.parse(content.toString('latin1', headBytes, at)) as Index;
    for (const [name, sourceSum, bytes] of index) {
      found.set(name, { sourceSum, data: content.subarray(at, at + bytes) });
      at += aligned(bytes);
    }
  } catch {
    // Missing, or not to be trusted.
  }
  return found;
}

function readOurs(path: string): Buffer {
  const descriptor = openSync(
    path,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  );
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || !isOurs(stats)) throw new Error('not our file');
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function writeCode(codeFile: string, kept: KeptFiles, files: LoadedFiles): void {
  const folder = dirname(codeFile);
  const temporary = `${codeFile}.${process.pid}.tmp`;
  try {
    makeFolder(folder);
    for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name));
    writeFileSync(temporary, codeOf(kept, files), { flag: 'wx', mode: 0o600 });
    renameSync(temporary, codeFile);
    removeOldCode(folder);
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** With what was kept of files that this start did not load, or starts that load different ones would all write. */
function codeOf(kept: KeptFiles, files: LoadedFiles): Buffer {
  const all = new Map(kept);
  for (const [name, { script, sourceSum }] of files) {
    all.set(name, { sourceSum, data: script.createCachedData() });
  }
  const parts = [...all].map(([name, { sourceSum, data }]) => {
    return { name, sourceSum, data, padding: Buffer.alloc(aligned(data.length) - data.length) };
  });
  const index: Index = parts.map(({ name, sourceSum, data }) => [name, sourceSum, data.length]);
  const text = JSON.stringify(index);
  const head = Buffer.alloc(headBytes + aligned(text.length), ' ');
  head.write(text, headBytes, 'latin1');
  head.writeUInt32LE(head.length - headBytes, 4);
  const content = Buffer.concat([head, ...parts.flatMap(({ data, padding }) => [data, padding])]);
  content.writeUInt32LE(crc32(content.subarray(4)), 0);
  return content;
}

/** Of other versions of orch or Node; the newest stay, since two of them may take turns. */
function removeOldCode(folder: string): void {
  const cache = dirname(folder);
  const others = readdirSync(cache)
    .filter((name) => name.startsWith('code-') && join(cache, name) !== folder)
    .map((name) => ({ path: join(cache, name), writtenAt: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.writtenAt - a.writtenAt);
  for (const { path } of others.slice(othersKept)) rmSync(path, { recursive: true, force: true });
}
