/** What V8 has compiled is kept for the next start: only where nobody else can write, never needed, never stale. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCore } from '../../src/boot/compiled-code.ts';
import { greeted } from '../helpers/mcp.ts';
import { bareEnvironment, folder, packageFolder } from '../helpers/orch.ts';

const nodeKeepsCode = 'enableCompileCache' in module;
const posix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;

/** Where each test keeps its code. */
let cache = '';
beforeEach(() => {
  cache = join(folder(), 'cache');
  // For what is loaded in this process.
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterEach(() => void vi.unstubAllEnvs());

const environment = (env: Record<string, string | undefined> = {}) =>
  bareEnvironment({ XDG_CACHE_HOME: cache, ...env });

/** Fails where anything is printed to stderr. */
function route({ at = packageFolder, cwd = folder(), env = {} as Record<string, string | undefined> } = {}) {
  return execFileSync(process.execPath, [join(at, 'bin', 'orch.js'), 'route', 'refactor'], {
    cwd,
    encoding: 'utf8',
    env: environment({ ORCH_LOG_LEVEL: 'error', ...env }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const started = () => route();

/** What a start does with code, in this process: that a start works with and without code is seen by `route`. */
function load(): void {
  const { core, keepCode } = loadCore(join(packageFolder, 'dist'), 'route');
  expect(core.main).toBeTypeOf('function');
  keepCode();
}

/** What is left by what ran first, which is the same for every test. */
const kept = mkdtempSync(join(tmpdir(), 'orch-code-'));
const keptBy: Record<string, { path: string; result: unknown }> = {};
afterAll(() => rmSync(kept, { recursive: true }));

/** As `run` without code, but it runs only once for all tests. */
function before<Result>(run: () => Result): Result {
  const earlier = keptBy[run.name];
  if (earlier) {
    cpSync(earlier.path, cache, { recursive: true });
    return earlier.result as Result;
  }
  const result = run();
  const path = join(kept, run.name);
  cpSync(cache, path, { recursive: true });
  keptBy[run.name] = { path, result };
  return result;
}
const startedBefore = () => before(started);

const codeFolders = () =>
  existsSync(join(cache, 'orch'))
    ? readdirSync(join(cache, 'orch')).filter((name) => /^code-/.test(name))
    : [];
const codeFolder = () => join(cache, 'orch', codeFolders()[0] ?? 'none');
const codeFile = (command = 'route') => join(codeFolder(), `${command}.code`);
/** Changes when the file is written anew, which happens only where its code was not taken. */
const writing = (command?: string) => statSync(codeFile(command)).ino;

function copyOfPackage(): string {
  const copy = folder();
  for (const part of ['bin', 'dist', 'conf', 'package.json']) {
    cpSync(join(packageFolder, part), join(copy, part), { recursive: true });
  }
  return copy;
}

function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'latin1');
  expect(text.includes(from)).toBe(true);
  writeFileSync(file, text.replaceAll(from, to), 'latin1');
}

describe.skipIf(nodeKeepsCode)('compiled code', () => {
  it('is written by the first start, for this user alone, and taken by the second', () => {
    const first = startedBefore();
    expect(codeFolders()).toHaveLength(1);
    if (posix) {
      expect(statSync(join(cache, 'orch')).mode & 0o777).toBe(0o700);
      expect(statSync(codeFolder()).mode & 0o777).toBe(0o700);
      expect(statSync(codeFile()).mode & 0o777).toBe(0o600);
    }
    // A copy, which other tests begin with.
    rmSync(cache, { recursive: true });
    startedBefore();
    const written = writing();
    expect(route()).toBe(first);
    expect(writing()).toBe(written);
    expect(readdirSync(codeFolder())).toEqual(['route.code']);
  });

  it('is taken from a copy in the process of the tests, too', () => {
    before(load);
    rmSync(cache, { recursive: true });
    before(load);
    const written = writing();
    load();
    expect(writing()).toBe(written);
  });

  it.each(['--version', '-v'])('is not written by what only prints the version: %s', (flag) => {
    const printed = execFileSync(process.execPath, [join(packageFolder, 'bin', 'orch.js'), flag], {
      env: environment(),
      encoding: 'utf8',
    });
    expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(existsSync(cache)).toBe(false);
  });

  const spoil = (at: number) => {
    const code = readFileSync(codeFile());
    code.fill(0xa5, at, at + 4096);
    writeFileSync(codeFile(), code);
  };
  const content = () => readFileSync(codeFile());
  const middle = () => Math.floor(content().length / 2);

  it.each([
    ['is cut', () => writeFileSync(codeFile(), content().subarray(0, 1000))],
    ['is empty', () => writeFileSync(codeFile(), '')],
    ['is spoilt at its beginning', () => spoil(4)],
    ['is spoilt in the middle', () => spoil(middle())],
    ['is spoilt at its end', () => spoil(content().length - 4096)],
    ['has grown', () => writeFileSync(codeFile(), Buffer.concat([content(), Buffer.from('x')]))],
  ])('is not taken, and written anew, where it %s', (_, damage) => {
    before(load);
    damage();
    const damaged = content();
    load();
    // That this is taken again is the first test.
    expect(content().equals(damaged)).toBe(false);
  });

  it('that is spoilt does not change what a start prints', () => {
    const first = startedBefore();
    spoil(middle());
    const damaged = content();
    expect(route()).toBe(first);
    expect(content().equals(damaged)).toBe(false);
  });

  it('is never that of another text, even of the same length', () => {
    const copy = copyOfPackage();
    const cwd = folder({ 'a.txt': 'one\n' });
    const answer = 'a.txt\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n';
    const diff = () =>
      execFileSync(process.execPath, [join(copy, 'bin', 'orch.js'), 'diff', '--from', '-', '-f', 'a.txt'], {
        cwd,
        input: answer,
        encoding: 'utf8',
        env: environment(),
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    expect(diff()).toContain('diff --git a/a.txt');
    expect(diff()).toContain('diff --git a/a.txt');
    replaceIn(join(copy, 'dist', 'delegation.js'), 'diff --git ', 'DIFF --GIT ');
    expect(diff()).toContain('DIFF --GIT a/a.txt');
    replaceIn(join(copy, 'dist', 'core.js'), 'Get a change', 'GET A CHANGE');
    expect(diff()).toContain('DIFF --GIT a/a.txt');
    expect(codeFolders()).toHaveLength(2);
  });

  it('is kept apart for other flags of V8', () => {
    const env = { NODE_OPTIONS: '--max-old-space-size=300' };
    const first = startedBefore();
    expect(route({ env })).toBe(first);
    expect(codeFolders()).toHaveLength(2);
  });

  it('leaves two older folders, and what is not its own', () => {
    for (const [days, name] of ['code-1', 'code-2', 'code-3', 'code-4', 'notes'].entries()) {
      const path = join(cache, 'orch', name);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      utimesSync(path, 1_700_000_000 + days * 86_400, 1_700_000_000 + days * 86_400);
    }
    chmodSync(cache, 0o700);
    route();
    expect(readdirSync(join(cache, 'orch')).filter((name) => !/^code-.{8}$/.test(name))).toEqual([
      'code-3',
      'code-4',
      'notes',
    ]);
    expect(codeFolders()).toHaveLength(3);
  });

  it('is taken by a start that sends a request, and undici is not optimised', () => {
    const run = () =>
      execFileSync(
        process.execPath,
        [
          '--trace-wasm-compilation-times',
          join(packageFolder, 'bin', 'orch.js'),
          ...['run', 'docs', 'x', '--rehearse', '--no-stdin'],
        ],
        {
          cwd: folder(),
          encoding: 'utf8',
          env: environment({ ORCH_LOG_LEVEL: 'error' }),
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
    const first = run();
    expect(first).toContain('using Liftoff');
    expect(first).not.toContain('using TurboFan');
    const written = writing('run');
    run();
    expect(writing('run')).toBe(written);
  });

  it('is taken by a server that was sent a request before', async () => {
    const session = async () => {
      const server = await greeted({ env: { XDG_CACHE_HOME: cache, ORCH_REHEARSE: '1' } });
      server.send({
        id: 1,
        method: 'tools/call',
        params: { name: 'delegate.docs', arguments: { input: 'x' } },
      });
      expect((await server.answer(1)).result).toMatchObject({
        structuredContent: { result: expect.stringContaining('rehearsal') },
      });
      server.child.stdin.end();
      await server.ended;
    };
    await session();
    const written = writing('serve');
    await session();
    expect(writing('serve')).toBe(written);
  });

  it('of files that only an earlier start loaded is left', async () => {
    const dist = folder({
      'core.js': 'exports.main = async ([name]) => require(name);',
      'one.js': 'exports.one = 1;',
      'two.js': 'exports.two = 2;',
    });
    const startWith = async (name: string) => {
      const { core, keepCode } = loadCore(dist, 'route');
      await core.main([name]);
      keepCode();
      return writing();
    };
    await startWith('./one.js');
    const written = await startWith('./two.js');
    expect(await startWith('./one.js')).toBe(written);
  });

  it('of a server is kept while it runs, since it may be killed', async () => {
    mkdirSync(join(cache, 'orch'), { recursive: true, mode: 0o700 });
    const server = await greeted({ env: { XDG_CACHE_HOME: cache } });
    await new Promise<void>((resolve) => {
      const look = () => {
        if (codeFolders().length === 0 || !existsSync(join(codeFolder(), 'serve.code'))) return;
        watcher.close();
        resolve();
      };
      const watcher = watch(cache, { recursive: true }, look);
      look();
    });
    server.child.kill('SIGKILL');
    await server.ended;
  });
});

describe.skipIf(nodeKeepsCode || !posix)('compiled code is not used', () => {
  /** In a folder that is trusted, such code is replaced. */
  const useless = true;

  /** Valid code, unless it is useless, from which `spoil` takes the trust away. */
  const untrusted = (spoil: () => void, code = { useless: false }) => {
    before(load);
    if (code.useless) writeFileSync(codeFile(), '');
    const path = codeFile();
    const inode = lstatSync(path).ino;
    spoil();
    load();
    return { wasWritten: lstatSync(path).ino !== inode };
  };

  it.each([
    ['the folder of a version', () => codeFolder()],
    ['the folder of all', () => join(cache, 'orch')],
  ])('where others can write to %s', (_, path) => {
    for (const mode of [0o720, 0o702]) {
      expect(untrusted(() => chmodSync(path(), mode), { useless })).toEqual({ wasWritten: false });
      chmodSync(path(), 0o700);
    }
  });

  it.each([
    ['the folder of a version', () => codeFolder()],
    ['the folder of all', () => join(cache, 'orch')],
  ])('where a link stands for %s', (_, pathOf) => {
    const result = untrusted(
      () => {
        const path = pathOf();
        renameSync(path, join(cache, 'elsewhere'));
        symlinkSync(join(cache, 'elsewhere'), path);
      },
      { useless },
    );
    expect(result).toEqual({ wasWritten: false });
  });

  it.skipIf(!isRoot).each([
    ['the folder of a version', () => codeFolder()],
    ['the folder of all', () => join(cache, 'orch')],
  ])('where another user owns %s', (_, path) => {
    expect(untrusted(() => chownSync(path(), 65_534, 65_534), { useless })).toEqual({ wasWritten: false });
  });

  const spoilt: [string, () => void][] = [
    ['others can write to the file', () => chmodSync(codeFile(), 0o622)],
    [
      'the file is a link',
      () => {
        renameSync(codeFile(), join(cache, 'elsewhere'));
        symlinkSync(join(cache, 'elsewhere'), codeFile());
      },
    ],
    [
      'a FIFO stands for the file',
      () => {
        rmSync(codeFile());
        execFileSync('mkfifo', ['-m', '600', codeFile()]);
      },
    ],
    ...(isRoot
      ? [['another user owns the file', () => chownSync(codeFile(), 65_534, 65_534)] as [string, () => void]]
      : []),
  ];
  it.each(spoilt)('but replaced, where %s', (_, spoil) => {
    expect(untrusted(spoil)).toEqual({ wasWritten: true });
    expect(lstatSync(codeFile()).isFile()).toBe(true);
    expect(lstatSync(codeFile()).mode & 0o777).toBe(0o600);
  });
});

describe('a start without a place for compiled code', () => {
  it.each<[string, Record<string, string | undefined>]>([
    ['there is no home', { XDG_CACHE_HOME: undefined, HOME: undefined, USERPROFILE: undefined }],
    ['the home is a relative path', { XDG_CACHE_HOME: undefined, HOME: 'here', USERPROFILE: 'here' }],
    ['the cache folder is a relative path', { XDG_CACHE_HOME: 'here' }],
    ['the cache folder cannot be made', { XDG_CACHE_HOME: '/proc/none' }],
    ['the cache folder is a file', { XDG_CACHE_HOME: process.execPath }],
    ['the user has turned it off', { NODE_DISABLE_COMPILE_CACHE: '1' }],
  ])('works where %s, and leaves nothing behind', (_, env) => {
    const cwd = folder({ 'here/a.txt': '' });
    const home = process.cwd();
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    process.chdir(cwd);
    try {
      load();
    } finally {
      process.chdir(home);
    }
    expect(readdirSync(cwd, { recursive: true })).toEqual(['here', join('here', 'a.txt')]);
    expect(existsSync(cache)).toBe(false);
  });

  it('prints the same', () => {
    const env = { XDG_CACHE_HOME: '/proc/none' };
    expect(route({ env })).toMatch(/^gpt-/);
    expect(existsSync(cache)).toBe(false);
  });

  it('works where nothing can be written', () => {
    startedBefore();
    rmCode();
    // A folder stands where the temporary would be renamed to, as a stand-in for any failure to write.
    mkdirSync(codeFile());
    expect(route()).toMatch(/^gpt-/);
    expect(readdirSync(codeFolder())).toEqual(['route.code']);
  });
  const rmCode = () => renameSync(codeFile(), join(dirname(cache), 'old'));
});

describe("the package's own configuration", () => {
  it('is checked where somebody has changed it after the build', () => {
    const copy = copyOfPackage();
    replaceIn(join(copy, 'conf', 'models.json'), '"routing"', '"rooting"');
    const { status, stderr } = spawnSync(process.execPath, [join(copy, 'bin', 'orch.js'), 'route', 'docs'], {
      encoding: 'utf8',
      env: environment(),
    });
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('rooting: unknown key'),
    });
  });
});
