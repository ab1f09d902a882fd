import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bubblewrapSandbox } from '../../../src/adapters/sandbox/bubblewrap.ts';
import { sandboxes } from '../../../src/adapters/sandbox/sandboxes.ts';
import { scratchCopies } from '../../../src/adapters/scratch/scratch-copies.ts';
import { findProgram } from '../../../src/adapters/system/search-path.ts';
import { untracked } from '../../../src/adapters/workspace/write/temporaries.ts';
import type { RunOptions, Sandbox, ScratchCopy } from '../../../src/engine/sandbox-ports.ts';
import { folder } from '../../helpers/orch.ts';
import { photograph } from './photograph.ts';

const canary = 'sk-proj-canary-0123456789';
const never = () => new AbortController().signal;
const searched = process.env.PATH;
/** Undefined where bubblewrap is missing or may not be used. */
const confining = await sandboxes(options('/')).confined(never());
const bubblewrap = confining.kind === 'bubblewrap' ? findProgram('bwrap') : undefined;

let home: string;
let base: string;
let copy: ScratchCopy;
const servers: Server[] = [];

function options(of: string) {
  const variables = { ...process.env, OPENAI_API_KEY: canary, GITHUB_TOKEN: canary, ORCH_X: canary };
  return { variables, home: of, temporaries: untracked };
}

beforeEach(() => {
  home = folder({
    '.ssh/id_rsa': canary,
    '.config/orch/models.json': canary,
    'other/project/index.js': canary,
    program: '#!/bin/sh\ntouch "$0.ran"\n',
    'project/.env': canary,
    'project/.gitignore': 'node_modules\n.env\n',
    'project/package.json': '{"name":"p"}',
    'project/src/cart.js': 'module.exports = 1;\n',
    'project/node_modules/dep/index.js': 'module.exports = "the package";\n',
    'project/node_modules/file.js': 'module.exports = 2;\n',
  });
  base = join(home, 'project');
  execFileSync('git', ['init', '-q', base]);
  writeFileSync(join(base, '.git/description'), canary);
  symlinkSync(join(home, '.ssh'), join(base, 'out'));
});

afterEach(async () => {
  process.env.PATH = searched;
  await copy?.remove();
  for (const server of servers.splice(0)) server.close();
});

async function copied(): Promise<ScratchCopy> {
  copy = await scratchCopies({ temporaries: untracked, home }).create({ base, signal: never() });
  return copy;
}

async function listen(at: { port?: number; host?: string; path?: string }): Promise<Server> {
  const server = createServer((socket) => socket.end());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(at, resolve));
  return server;
}

function run(sandbox: Sandbox, given: Partial<RunOptions> & Pick<RunOptions, 'command'>) {
  return sandbox.run({ copy, timeoutMs: 50_000, signal: never(), ...given });
}

/** Of any process: those that a sandbox has left would have the word in their arguments. */
function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return (
        /^\d+$/.test(name) &&
        Number(name) !== process.pid &&
        readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word)
      );
    } catch {
      return false;
    }
  });
}

describe.skipIf(bubblewrap === undefined)('what runs in bubblewrap (skipped where it cannot be used)', () => {
  it('gets nothing out, leaves nothing, and has what a suite needs', async () => {
    const sandbox = bubblewrapSandbox({
      ...options(home),
      program: bubblewrap!,
      knows: { size: true, disableUserns: true },
    });
    await copied();
    const marker = `marker-${crypto.randomUUID()}`;
    const named = join(home, 'socket');
    const abstract = `\0${marker}`;
    const tcp = await listen({ port: 0, host: '127.0.0.1' });
    await listen({ path: named });
    await listen({ path: abstract });
    const before = photograph(home);
    const outside = {
      folder: join(home, 'other/project'),
      program: join(home, 'program'),
      read: [
        join(home, '.ssh/id_rsa'),
        join(home, '.config/orch/models.json'),
        join(home, 'other/project/index.js'),
        join(base, '.env'),
        join(base, '.git/description'),
        join(copy.folder, 'tree/package.json'),
      ],
      // Of this test alone: where the sandbox is broken, they are destroyed.
      write: [join(base, 'node_modules/dep/index.js'), join(base, 'node_modules/file.js')],
    };
    const knows = {
      ...{ canary, outside, marker, pid: process.pid, sockets: [named, abstract] },
      port: (tcp.address() as { port: number }).port,
    };
    const script = readFileSync(join(import.meta.dirname, 'hostile.mjs'));
    copy.write('hostile.mjs', script);

    const end = await run(sandbox, {
      command: { argv: [process.execPath, 'hostile.mjs', JSON.stringify(knows)] },
      env: { ORCH_KEY: canary, MY_TOKEN: canary },
      reportFiles: ['report.json', 'link.json', 'pipe.json', 'none.json'],
    });

    expect(end).toMatchObject({ status: 3, stopped: undefined });
    const { found, needed } = JSON.parse(end.output);
    expect(Object.entries(found).filter(([, got]) => got !== 'nothing')).toEqual([]);
    expect(Object.keys(found).length).toBeGreaterThan(40);
    expect(Object.entries(needed).filter(([, got]) => got !== true)).toEqual([]);
    expect(Object.keys(needed).length).toBe(6);
    expect(processesWith(marker)).toEqual([]);
    expect([...end.reports].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['report.json', '{}'],
    ]);
    // What it has put in the way leads nobody out of the copy.
    for (const path of ['link.js', 'pipe.js', 'src/index.js']) expect(copy.read(path)).toBeUndefined();
    copy.write('src/index.js', 'changed');
    copy.write('link.js', 'changed');
    const again = await run(sandbox, {
      command: { shell: 'cat src/index.js link.js; ls node_modules; node -p "require(\'dep\')"' },
    });
    expect(again).toMatchObject({ status: 0, output: 'changedchangeddep\nfile.js\nthe package\n' });
    await copy.remove();
    expect(existsSync(copy.folder)).toBe(false);
    expect(photograph(home)).toEqual(before);
  });

  it('is stopped when it does not end, and with it all that it has started', async () => {
    const sandbox = bubblewrapSandbox({
      ...options(home),
      program: bubblewrap!,
      knows: { size: true, disableUserns: true },
      use: { diskBytes: 32 * 1024 ** 2, diskEntries: 100_000, processes: 60 },
    });
    await copied();
    const marker = `marker-${crypto.randomUUID()}`;
    const endless = (script: string) => ({ shell: `: ${marker}; ${script}` });
    const [printed, filled, forked] = [
      await run(sandbox, {
        command: endless('(setsid yes & yes) & yes'),
        timeoutMs: 1000,
        maxOutputBytes: 1000,
      }),
      await run(sandbox, {
        command: endless('while :; do head -c 9000000 /dev/zero >> filled; sleep .02; done'),
      }),
      await run(sandbox, { command: endless('for i in $(seq 300); do sleep 1000 & done; wait') }),
    ];
    expect(printed).toMatchObject({ stopped: 'time', status: undefined, cut: true });
    expect(printed.output.length).toBe(1000);
    expect(filled).toMatchObject({ stopped: 'disk' });
    expect(forked.stopped ?? forked.output).toMatch(/^processes$|fork/i);
    const abort = new AbortController();
    const aborted = run(sandbox, { command: endless('touch started; sleep 1000'), signal: abort.signal });
    const look = setInterval(() => {
      if (existsSync(copy.path('started'))) abort.abort(new Error('enough'));
    }, 5);
    await expect(aborted).rejects.toThrow('enough');
    clearInterval(look);
    expect(processesWith(marker)).toEqual([]);
  });

  it('is told apart from a bubblewrap that fails', async () => {
    const sandbox = confining as Sandbox;
    await copied();
    expect(await run(sandbox, { command: { argv: ['no-such-program'] } })).toMatchObject({ status: 127 });
    await expect(run(sandbox, { command: { shell: 'true' }, cwd: 'none' })).rejects.toThrow(
      'bubblewrap could not',
    );
    await expect(run(sandbox, { command: { shell: 'true' }, cwd: '..' })).rejects.toMatchObject({
      code: 'file-forbidden',
    });
  });
});

describe.skipIf(process.platform !== 'linux')('without a sandbox', () => {
  it('says what to install, and what keeps an installed one from working', async () => {
    process.env.PATH = folder({});
    expect(await sandboxes(options(home)).confined(never())).toMatchObject({
      kind: 'missing',
      why: expect.stringContaining('not installed'),
      hint: expect.stringContaining('apt install bubblewrap'),
    });
    const broken = folder({
      bwrap: '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n',
    });
    execFileSync('/bin/chmod', ['+x', join(broken, 'bwrap')]);
    process.env.PATH = broken;
    expect(await sandboxes(options(home)).confined(never())).toMatchObject({
      kind: 'missing',
      why: expect.stringContaining('No permissions to create new namespace'),
      hint: expect.stringContaining('user namespaces'),
    });
    // One that lets everything through is none.
    const open = folder({
      bwrap:
        '#!/bin/sh\nwhile [ "$1" != -- ]; do [ "$1" = --chdir ] && cd "$2"; shift; done; shift\n"$@"\necho \'{"exit-code": 0}\' >&3\n',
    });
    execFileSync('/bin/chmod', ['+x', join(open, 'bwrap')]);
    process.env.PATH = `${open}:${searched}`;
    expect(await sandboxes(options(home)).confined(never())).toMatchObject({ kind: 'missing' });
  });

  it('runs in the open in the copy, without the key, and ends its group', async () => {
    const sandbox = sandboxes(options(home)).open();
    await copied();
    const before = photograph(home);
    const marker = `marker-${crypto.randomUUID()}`;
    const end = await run(sandbox, {
      command: {
        shell: `env; pwd; cat node_modules/dep/index.js; (sleep 1000; : ${marker}) & echo > src/new.js`,
      },
    });
    expect(end.status).toBe(0);
    expect(end.output).not.toContain(canary);
    expect(end.output).toContain(`HOME=${copy.folder}`);
    expect(end.output).toContain(`${copy.root}\nmodule.exports = "the package"`);
    expect(processesWith(marker)).toEqual([]);
    expect(photograph(home)).toEqual(before);
    expect(dirname(copy.folder)).toBe(tmpdir());
  });
});
