import { describe, expect, it } from 'vitest';
import { bubblewrapArgs, type ConfinedRun, limited } from '../../../src/core/sandbox/bubblewrap.ts';
import { seatbeltProfile } from '../../../src/core/sandbox/seatbelt.ts';
import { installationOf } from '../../../src/core/sandbox/toolchains.ts';
import { runVariables } from '../../../src/core/sandbox/variables.ts';

const folders = { home: '/home/u', temporary: '/tmp', cache: '/orch/cache' };

describe('variables', () => {
  it('pass by name, and never those of keys, whoever asks', () => {
    const own = {
      PATH: '/bin',
      LC_ALL: 'C',
      VIRTUAL_ENV: '/p/.venv',
      OPENAI_API_KEY: 'x',
      ORCH_LOG_FILE: 'x',
      NODE_OPTIONS: '--require x',
      LD_PRELOAD: 'x',
      SSH_AUTH_SOCK: 'x',
      HTTPS_PROXY: 'x',
      HOME: '/root',
    };
    const given = {
      TZ: 'Pacific/Apia',
      NODE_OPTIONS: '--x',
      openai_key: 'x',
      MY_TOKEN: 'x',
      DB_PASSWORD: 'x',
    };
    const variables = runVariables(own, folders, given);
    expect(Object.values(variables)).not.toContain('x');
    expect(variables).toMatchObject({
      ...{ PATH: '/bin', LC_ALL: 'C', VIRTUAL_ENV: '/p/.venv', TZ: 'Pacific/Apia' },
      ...{ NODE_OPTIONS: '--x', HOME: '/home/u', TMPDIR: '/tmp', CI: '1', GOCACHE: '/orch/cache/go' },
    });
    expect(variables).not.toHaveProperty('LD_PRELOAD');
  });
});

const run: ConfinedRun = {
  system: { mounts: [{ at: '/usr', source: '/usr' }], links: [{ at: '/bin', target: 'usr/bin' }] },
  toolchains: { mounts: [{ at: '/home/u/.pyenv', source: '/home/u/.pyenv' }], links: [] },
  home: '/home/u',
  writable: [{ at: '/home/u/p', source: '/tmp/s/tree' }],
  packages: [
    { at: '/home/u/p/node_modules/a/b', source: '/x/b' },
    { at: '/home/u/p/node_modules/a', source: '/x/a' },
  ],
  cwd: '/home/u/p',
  argv: ['node', '--test'],
  limits: { fileBytes: 1024, memoryBytes: 2048, processes: 9, temporaryBytes: 77 },
  knows: { size: true, disableUserns: true },
};

describe('arguments of bubblewrap', () => {
  it('mount what is inside after what it is inside of, and close the root last', () => {
    const args = bubblewrapArgs(run).join(' ');
    const order = [
      '--unshare-net',
      '--die-with-parent --new-session --cap-drop ALL',
      '--ro-bind /usr /usr',
      '--symlink usr/bin /bin',
      '--size 77 --tmpfs /tmp',
      '--size 77 --tmpfs /home/u',
      '--ro-bind /home/u/.pyenv /home/u/.pyenv',
      '--bind /tmp/s/tree /home/u/p',
      '--ro-bind /x/a /home/u/p/node_modules/a --ro-bind /x/b /home/u/p/node_modules/a/b',
      '--remount-ro / --chdir /home/u/p --',
      'sh node --test',
    ];
    const places = order.map((part) => args.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((one, other) => one - other));
    // Nothing but the copy is writable.
    expect(args.match(/--bind/g)).toHaveLength(1);
  });

  it('leave out what an older one does not know', () => {
    const args = bubblewrapArgs({ ...run, knows: { size: false, disableUserns: false }, home: '/tmp' });
    expect(args).not.toContain('--size');
    expect(args).not.toContain('--disable-userns');
    expect(args.filter((word) => word === '/tmp')).toHaveLength(1);
  });

  it('set limits in the units of the shell', () => {
    const [, , script] = limited(['x'], run.limits);
    expect(script).toContain('ulimit -f 2; ulimit -d 2; ulimit -u 9 || ulimit -p 9;');
    expect(limited(['x'], { ...run.limits, processes: undefined }).join()).not.toContain('ulimit -u');
  });
});

describe('what is shown of a toolchain', () => {
  const closed = ['/home/u', '/home/u/.local', '/home/u/p'];
  const having = (...there: string[]) => ({ has: (folder: string) => there.includes(folder), closed });
  it.each([
    ['/home/u/.pyenv/shims/python3', having(), '/home/u/.pyenv'],
    ['/home/u/.nvm/versions/node/v22/bin/node', having(), '/home/u/.nvm/versions'],
    ['/opt/go/bin/go', having('/opt/go/lib'), '/opt/go'],
    ['/opt/tools/bin/go', having(), '/opt/tools/bin/go'],
    // Never a folder with more in it than the toolchain.
    ['/home/u/bin/node', having('/home/u/lib'), '/home/u/bin/node'],
    ['/home/u/.local/bin/uv', having('/home/u/.local/lib'), '/home/u/.local/bin/uv'],
    ['/home/bin/node', having('/home/lib'), '/home/bin/node'],
  ])('%s', (program, places, shown) => {
    expect(installationOf(program, places)).toBe(shown);
  });
});

describe('profile of sandbox-exec', () => {
  it('forbids all but what is named, and quotes names', () => {
    const profile = seatbeltProfile({
      readable: ['/Users/u/.nvm/versions'],
      writable: ['/private/tmp/a "b"\\c'],
    });
    expect(profile).toMatchInlineSnapshot(`
      "(version 1)
      (deny default)
      (allow process-fork)
      (allow process-exec)
      (allow signal (target same-sandbox))
      (allow process-info* (target same-sandbox))
      (allow sysctl-read)
      (allow ipc-posix-sem)
      (allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo") (global-name "com.apple.system.opendirectoryd.membership") (global-name "com.apple.system.notification_center") (global-name "com.apple.logd") (global-name "com.apple.diagnosticd"))
      (allow file-read* (subpath "/usr") (subpath "/bin") (subpath "/sbin") (subpath "/System") (subpath "/Library/Apple") (subpath "/Library/Developer") (subpath "/Library/Java") (subpath "/Library/Frameworks") (subpath "/Applications/Xcode.app") (subpath "/private/etc/ssl") (subpath "/private/var/db/timezone") (subpath "/private/var/db/dyld") (subpath "/private/var/select") (subpath "/opt/homebrew") (subpath "/opt/local") (subpath "/nix/store") (subpath "/Users/u/.nvm/versions") (subpath "/private/tmp/a \\"b\\"\\\\c"))
      (allow file-read* (literal "/") (literal "/private") (literal "/private/var") (literal "/private/etc") (literal "/etc") (literal "/var") (literal "/tmp") (literal "/private/tmp") (literal "/opt") (literal "/Library") (literal "/private/etc/localtime") (literal "/private/etc/services") (literal "/private/etc/protocols") (literal "/private/etc/passwd") (literal "/dev/null") (literal "/dev/zero") (literal "/dev/random") (literal "/dev/urandom") (literal "/dev/fd") (literal "/dev/tty") (literal "/dev/dtracehelper"))
      (allow file-read-metadata (literal "/Users") (literal "/Users/u") (literal "/Users/u/.nvm") (literal "/private") (literal "/private/tmp"))
      (allow file-write* (subpath "/private/tmp/a \\"b\\"\\\\c"))
      (allow file-write-data (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (literal "/dev/dtracehelper"))
      (deny file-write-setugid (subpath "/"))
      (deny network*)
      "
    `);
    expect(profile).toMatch(/^\(version 1\)\n\(deny default\)\n/);
  });
});
