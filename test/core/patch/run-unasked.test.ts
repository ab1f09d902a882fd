import { describe, expect, it } from 'vitest';
import { needsNaming, unnamedPaths } from '../../../src/core/patch/needs-naming.ts';
import { runUnasked, runUnaskedWarning } from '../../../src/core/patch/run-unasked.ts';
import type { FileChange } from '../../../src/core/patch/types.ts';

const create = (path: string, after = 'x\n'): FileChange => ({ kind: 'create', path, before: '', after });
const modify = (path: string, before = 'a\n', after = 'b\n', modes = {}): FileChange => ({
  kind: 'modify',
  path,
  before,
  after,
  ...modes,
});
const hooked = JSON.stringify({ scripts: { prepare: 'node x.js' } });
const pathsOf = (...changes: FileChange[]) => runUnasked(changes).map(({ path }) => path);

describe('a new file that is run unasked', () => {
  it.each(
    `.husky/pre-commit .githooks/pre-push .gitmodules .gitattributes sub/.gitattributes .vscode/tasks.json
     .vscode/settings.json .vscode/launch.json app.code-workspace .idea/workspace.xml .devcontainer/devcontainer.json
     .devcontainer.json .mcp.json .claude/settings.json .claude/commands/x.md .cursor/mcp.json .cursorrules
     .codex/config.toml .gemini/settings.json AGENTS.md CLAUDE.md sub/CLAUDE.md .envrc .github/workflows/ci.yml
     .github/actions/a/action.yml .gitlab-ci.yml .circleci/config.yml Jenkinsfile azure-pipelines.yml .npmrc
     .yarnrc .yarnrc.yml .yarn/releases/yarn.cjs .pnpmfile.cjs conftest.py test/conftest.py sitecustomize.py
     usercustomize.py lib/x.pth setup.py setup.cfg pyproject.toml Makefile GNUmakefile makefile rules.mk justfile Taskfile.yml
     .eslintrc.js .eslintrc eslint.config.mjs vitest.config.ts jest.config.js vite.config.js Dockerfile
     Dockerfile.dev docker-compose.yml docker-compose.prod.yaml compose.yaml .pre-commit-config.yaml lefthook.yml
     build.rs .cargo/config.toml .bazelrc BUILD.bazel .tool-versions mise.toml .mise.toml .bashrc .zshenv .profile
     .gitconfig .vimrc .github/copilot-instructions.md pom.xml build.gradle.kts gradlew flake.nix hooks/pre-commit
     scripts/hooks/post-checkout commit-msg docs/HEAD`.split(/\s+/),
  )('%s', (path) => {
    expect(pathsOf(create(path))).toEqual([path]);
    expect(pathsOf(modify(path))).toEqual([]);
    expect(pathsOf({ ...create(path), kind: 'delete' })).toEqual([]);
  });

  it.each(
    `src/cart.ts test/cart.test.ts README.md docs/agents-guide.md src/makefile.ts lib/docker.py config.ts src/setup.ts
     git/attributes vscode/tasks.json src/eslint.ts .gitignore .editorconfig package.json src/build.ts env.ts
     src/conftest_helper.py styles/profile.css`.split(/\s+/),
  )('is not %s', (path) => {
    expect(pathsOf(create(path))).toEqual([]);
  });

  it('may be spelled as a file system takes it for the same', () => {
    const paths = [
      '.HUSKY/pre-commit',
      '.VSCode/Tasks.json',
      'Makefile.',
      '.vscode./tasks.json',
      '.husky /pre-commit',
    ];
    expect(pathsOf(...paths.map((path) => create(path)), create('package.json ', hooked))).toEqual([
      ...paths,
      'package.json ',
    ]);
  });

  it.each([
    ['Rakefile', 'build tools'],
    ['Gemfile', 'package managers'],
    ['.clinerules', 'coding agents'],
    ['.clinerules/x.md', 'coding agents'],
  ])('%s is run by %s', (path, by) => {
    expect(runUnasked([create(path)])).toEqual([{ path, by }]);
  });

  it('may be moved there', () => {
    const move = (oldPath: string, path: string): FileChange => ({
      ...modify(path),
      kind: 'rename',
      oldPath,
    });
    expect(pathsOf(move('hook.sh', '.husky/pre-commit'), move('.husky/a', '.husky/b'))).toEqual([
      '.husky/pre-commit',
    ]);
  });

  it('may be one that becomes executable', () => {
    const modes = { oldMode: '100644', mode: '100755' };
    expect(
      pathsOf(modify('run.sh', 'a', 'a', modes), modify('x.sh', 'a', 'b', { ...modes, oldMode: '100755' })),
    ).toEqual(['run.sh']);
  });
});

describe('the scripts of package.json', () => {
  const manifest = (scripts: unknown) => JSON.stringify({ name: 'x', scripts });
  it.each(['preinstall', 'install', 'postinstall', 'prepare', 'prepublishOnly', 'pretest'])('%s', (name) => {
    const after = manifest({ test: 'vitest', [name]: 'node x.js' });
    expect(pathsOf(create('package.json', after))).toEqual(['package.json']);
    expect(pathsOf(modify('a/package.json', manifest({ test: 'vitest' }), after))).toEqual([
      'a/package.json',
    ]);
    expect(pathsOf(modify('package.json', manifest({ [name]: 'tsc' }), after))).toEqual(['package.json']);
    expect(pathsOf(modify('package.json', after, after.replace('vitest', 'jest')))).toEqual([]);
  });

  it.each(['', '[]', 'null', '{"scripts": 1}', '{'])('that cannot be read: %s', (text) => {
    expect(pathsOf(modify('package.json', text, text))).toEqual([]);
  });
});

it('one line names the files and who runs them', () => {
  expect(runUnaskedWarning([create('a.ts')])).toBeUndefined();
  expect(runUnaskedWarning([create('.envrc'), create('a.ts'), create('Makefile')])).toMatch(
    /: \.envrc \(direnv or mise\), Makefile \(build tools\)$/,
  );
  const many = Array.from({ length: 12 }, (_, at) => create(`.husky/hook-${at}`));
  expect(runUnaskedWarning(many)).toMatch(/ and 2 more$/);
});

describe('a file that the request has to name', () => {
  it.each([
    '.orch/models.json',
    'a/.orch/policies.json',
    '.ORCH/x',
    '.env',
    '.env.local',
    'a/.env.production',
    '.ENV',
    '.env-x',
    '.env-example',
    '.env. ',
    '.env ',
    '.orch./models.json',
    'a/.orch . /x',
  ])('is %s', (path) => {
    expect(needsNaming(path)).toBe(true);
  });

  it.each([
    '.env.example',
    '.env.sample',
    '.env.template',
    '.env.dist',
    '.env.local.example',
    '.Env.Example.',
    '.envrc',
    '.environment',
    'env',
    'orch/a',
    'a.env.ts',
  ])('is not %s', (path) => {
    expect(needsNaming(path)).toBe(false);
  });

  it('counts as named where it was sent, or stands in the instruction', () => {
    const unnamed = (path: string, instruction = '', sent: string[] = []) =>
      unnamedPaths([create(path), create('a.ts')], { sent, instruction });
    expect(unnamed('.env')).toEqual(['.env']);
    expect(unnamed('.env', 'add a .env with the port')).toEqual([]);
    expect(unnamed('.env', 'put it into `.env`.')).toEqual([]);
    expect(unnamed('a/.env', 'never touch .env files')).toEqual(['a/.env']);
    expect(unnamed('a/.env', 'add a/.env')).toEqual([]);
    expect(unnamed('a/.env', 'add b/a/.env')).toEqual(['a/.env']);
    expect(unnamed('.env', '', ['.env'])).toEqual([]);
    expect(unnamed('.env', 'see .env.example and process.env')).toEqual(['.env']);
    expect(unnamed('.env', '', ['a/.env'])).toEqual(['.env']);
    expect(unnamed('.orch/models.json', 'change models.json')).toEqual(['.orch/models.json']);
    expect(unnamed('.orch/models.json', 'change .orch/models.json')).toEqual([]);
    const moved: FileChange = { ...modify('b'), kind: 'rename', oldPath: '.env' };
    expect(unnamedPaths([moved], { sent: [], instruction: '' })).toEqual(['.env']);
  });
});
