/** Which folders of a toolchain are shown to what runs, when it is not installed with the system. */

/** Read-only and whole: where the system keeps programs for all users. */
export const systemFolders = [
  ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'],
  ...['/nix/store', '/gnu/store', '/snap', '/var/lib/gems', '/var/lib/snapd/snap'],
];

/** Of /etc: what programs need to start, and nothing that tells of users, hosts or keys. */
export const systemSettings =
  /^(alternatives|ca-certificates|crypto-policies|fonts|gai\.conf|java[-\w.]*|ld\.so\.(cache|conf|conf\.d)|locale\.(alias|conf|gen)|localtime|mime\.types|os-release|debian_version|alpine-release|php\d?|protocols|python[\d.]*|services|terminfo|timezone)$/;
/** Of folders there, these: the rest may hold keys. */
export const certificateFolders = [
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
  '/etc/pki/tls/certs',
  '/etc/pki/ca-trust',
];

/** Programs of languages, and what tests are run with: how each is found on the PATH decides what is shown. */
export const programs = [
  ...['node', 'npm', 'npx', 'pnpm', 'yarn', 'corepack', 'bun', 'deno', 'tsx'],
  ...['python', 'python3', 'pytest', 'uv', 'poetry', 'hatch', 'tox', 'nox'],
  ...[
    'go',
    'cargo',
    'rustc',
    'java',
    'mvn',
    'gradle',
    'kotlinc',
    'ruby',
    'bundle',
    'rspec',
    'php',
    'composer',
  ],
  ...['make', 'just', 'git', 'dotnet'],
];

/** Version managers keep everything in one folder, by these names, and nothing personal. */
const managers =
  /^.*?\/(\.pyenv|\.rbenv|\.nodenv|\.goenv|\.phpenv|\.jenv|\.volta|\.asdf|\.nvm\/versions|\.fnm\/node-versions|\.rustup|\.sdkman\/candidates|\.local\/share\/(uv|fnm|mise|rtx|pnpm|pipx|nvm|volta)|\.local\/pipx|\.rye|\.proto|\.jdks|\.deno\/bin|\.bun\/bin)(?=\/)/;

/** What programs read besides, in the home folder. `[programs, folders]`; a `*` is one name. */
export const stores: readonly (readonly [readonly string[], readonly string[]])[] = [
  [['go'], ['go/pkg/mod']],
  [
    ['cargo', 'rustc'],
    ['.cargo/bin', '.cargo/registry', '.cargo/git', '.rustup'],
  ],
  [['mvn'], ['.m2/repository']],
  [
    ['gradle', 'java'],
    ['.gradle/caches', '.gradle/wrapper'],
  ],
  [['python', 'python3', 'pytest'], ['.local/lib/python*']],
  [
    ['ruby', 'bundle', 'rspec'],
    ['.gem/ruby', '.local/share/gem'],
  ],
  [['yarn'], ['.yarn/berry/cache']],
  [['pnpm', 'yarn', 'corepack'], ['.cache/node/corepack']],
  [['deno'], ['.cache/deno']],
  [['dotnet'], ['.nuget/packages']],
];

/** Folders that variables name. */
export const namedFolders: readonly (readonly [variable: string, below: string])[] = [
  ['PYENV_ROOT', ''],
  ['RBENV_ROOT', ''],
  ['VOLTA_HOME', ''],
  ['ASDF_DATA_DIR', ''],
  ['NVM_DIR', '/versions'],
  ['RUSTUP_HOME', ''],
  ['CARGO_HOME', '/bin'],
  ['CARGO_HOME', '/registry'],
  ['CARGO_HOME', '/git'],
  ['GOROOT', ''],
  ['GOMODCACHE', ''],
  ['GOPATH', '/pkg/mod'],
  ['JAVA_HOME', ''],
  ['VIRTUAL_ENV', ''],
  ['CONDA_PREFIX', ''],
];

export function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/**
 * What has to be shown so that a program can run: its version manager, the folder that it is installed in, or the file
 * alone. `has`: whether a folder is there. `closed`: folders that neither may be shown nor anything above them.
 */
export function installationOf(
  program: string,
  { has, closed }: { has: (folder: string) => boolean; closed: readonly string[] },
): string {
  const may = (folder: string) => folder !== '' && !closed.some((each) => isIn(each, folder));
  const manager = managers.exec(program)?.[0];
  if (manager !== undefined && may(manager)) return manager;
  const folder = program.slice(0, program.lastIndexOf('/'));
  const prefix = /^(.*)\/s?bin$/.exec(folder)?.[1];
  const isInstallation =
    prefix !== undefined &&
    may(prefix) &&
    ['lib', 'libexec', 'jmods'].some((name) => has(`${prefix}/${name}`));
  return isInstallation ? prefix : program;
}
