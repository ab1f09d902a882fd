/**
 * The profile for macOS's sandbox-exec: what is not allowed is forbidden. There are no namespaces as on Linux, so the
 * copy is where it is, a server of its own cannot be reached either, and other processes can be seen by name.
 */

export interface SeatbeltFacts {
  /** Real paths that may be read: toolchains, installed packages. */
  readable: readonly string[];
  /** Real paths that may be written. */
  writable: readonly string[];
}

/** Of the system: programs and libraries, and nothing of users or hosts. */
const system = [
  ...['/usr', '/bin', '/sbin', '/System', '/Library/Apple', '/Library/Developer', '/Library/Java'],
  ...['/Library/Frameworks', '/Applications/Xcode.app', '/private/etc/ssl', '/private/var/db/timezone'],
  ...['/private/var/db/dyld', '/private/var/select', '/opt/homebrew', '/opt/local', '/nix/store'],
];
const files = [
  ...[
    '/',
    '/private',
    '/private/var',
    '/private/etc',
    '/etc',
    '/var',
    '/tmp',
    '/private/tmp',
    '/opt',
    '/Library',
  ],
  ...['/private/etc/localtime', '/private/etc/services', '/private/etc/protocols', '/private/etc/passwd'],
];
const devices = ['null', 'zero', 'random', 'urandom', 'fd', 'tty', 'dtracehelper'].map(
  (name) => `/dev/${name}`,
);
/** Without these, programs look up no user and no time zone, and node does not start. */
const services = [
  ...['com.apple.system.opendirectoryd.libinfo', 'com.apple.system.opendirectoryd.membership'],
  ...['com.apple.system.notification_center', 'com.apple.logd', 'com.apple.diagnosticd'],
];

export function seatbeltProfile({ readable, writable }: SeatbeltFacts): string {
  const below = (paths: readonly string[]) => paths.map((path) => `(subpath ${quoted(path)})`).join(' ');
  const exactly = (paths: readonly string[]) => paths.map((path) => `(literal ${quoted(path)})`).join(' ');
  // A program looks at each folder above those that it works in, and needs to see no more of them than that.
  const above = [...new Set([...readable, ...writable].flatMap(foldersAbove))].sort();
  return [
    '(version 1)',
    '(deny default)',
    '(allow process-fork)',
    '(allow process-exec)',
    '(allow signal (target same-sandbox))',
    '(allow process-info* (target same-sandbox))',
    '(allow sysctl-read)',
    '(allow ipc-posix-sem)',
    `(allow mach-lookup ${services.map((name) => `(global-name ${quoted(name)})`).join(' ')})`,
    `(allow file-read* ${below([...system, ...readable, ...writable])})`,
    `(allow file-read* ${exactly([...files, ...devices])})`,
    ...(above.length > 0 ? [`(allow file-read-metadata ${exactly(above)})`] : []),
    `(allow file-write* ${below(writable)})`,
    `(allow file-write-data ${exactly(['/dev/null', '/dev/zero', '/dev/tty', '/dev/dtracehelper'])})`,
    `(deny file-write-setugid ${below(['/'])})`,
    '(deny network*)',
    '',
  ].join('\n');
}

function foldersAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`);
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`;
}
