/**
 * Files that other programs run or obey without being asked: opening a folder, installing packages, committing or pushing
 * is enough. A patch that creates one is worth a look before it is applied.
 */
import { foldedPath } from '../text/folded-path.ts';
import type { FileChange } from './types.ts';

/** Patterns of folded paths, with what runs the file. The first that fits counts. */
const runners: readonly (readonly [RegExp, string])[] = [
  [
    /(?:^|\/)(?:\.husky|\.githooks)\/|(?:^|\/)\.(?:pre-commit-config\.yaml|lefthook(?:-local)?\.(?:ya?ml|toml|json)|overcommit\.yml|huskyrc[^/]*)$|(?:^|\/)lefthook(?:-local)?\.(?:ya?ml|toml|json)$/,
    'git hooks',
  ],
  // By name alone, since core.hooksPath may name any folder.
  [
    /(?:^|\/)(?:pre-(?:commit|push|rebase|merge-commit|applypatch|auto-gc|receive)|post-(?:checkout|commit|merge|rewrite|applypatch|index-change|receive|update)|prepare-commit-msg|commit-msg|applypatch-msg|fsmonitor-watchman|reference-transaction|push-to-checkout|sendemail-validate)$/,
    'git hooks',
  ],
  // With objects and refs beside it, git takes the folder for one of its own.
  [/(?:^|\/)(?:\.git(?:modules|attributes)|head)$/, 'git'],
  [/(?:^|\/)\.vscode\/(?:tasks|settings|launch|extensions|mcp)\.json$|\.code-workspace$/, 'VS Code'],
  [/(?:^|\/)\.(?:idea|run|fleet|zed)\//, 'editors'],
  [/(?:^|\/)(?:\.vimrc|\.nvimrc|\.nvim\.lua|\.exrc|\.dir-locals\.el|\.lvimrc)$/, 'editors'],
  [/(?:^|\/)(?:\.devcontainer\/|\.devcontainer\.json$)/, 'dev containers'],
  [
    /(?:^|\/)\.mcp\.json$|(?:^|\/)\.(?:claude|cursor|codex|gemini|windsurf|continue|roo|kiro|amazonq|clinerules|aider[^/]*)(?:\/|$)/,
    'coding agents',
  ],
  [
    /(?:^|\/)(?:agents|claude|gemini|claude\.local)\.md$|(?:^|\/)\.(?:cursorrules|windsurfrules)$|(?:^|\/)\.github\/copilot-instructions\.md$/,
    'coding agents',
  ],
  [/(?:^|\/)\.(?:envrc|tool-versions|mise\.toml|mise\/.*|rtx\.toml)$|(?:^|\/)mise\.toml$/, 'direnv or mise'],
  [
    /(?:^|\/)\.(?:github\/(?:workflows|actions)\/|gitea\/workflows\/|forgejo\/workflows\/|circleci\/|buildkite\/|teamcity\/|ci\/)|(?:^|\/)\.(?:gitlab-ci|travis|appveyor|drone|woodpecker|cirrus)\.ya?ml$|(?:^|\/)(?:jenkinsfile[^/]*|(?:azure|bitbucket)-pipelines\.ya?ml|appveyor\.yml|cloudbuild\.ya?ml|buildspec\.ya?ml)$|(?:^|\/)action\.ya?ml$/,
    'CI',
  ],
  [
    /(?:^|\/)(?:\.npmrc|\.yarnrc(?:\.ya?ml)?|\.pnpmfile\.[cm]?js|pnpm-workspace\.yaml|\.pnp\.[cm]?js|bunfig\.toml|binding\.gyp)$|(?:^|\/)\.yarn\/(?:releases|plugins)\//,
    'package managers',
  ],
  [
    /(?:^|\/)(?:setup\.(?:py|cfg)|pyproject\.toml|pip\.conf|\.pypirc|gemfile|[^/]*\.gemspec|composer\.json|extconf\.rb)$/,
    'package managers',
  ],
  [
    /(?:^|\/)(?:conftest|sitecustomize|usercustomize|noxfile|tasks|fabfile|wscript)\.py$|\.pth$|(?:^|\/)(?:tox\.ini|pytest\.ini)$/,
    'Python and its tools',
  ],
  [
    /(?:^|\/)(?:gnumakefile|makefile|justfile|\.justfile|taskfile\.ya?ml|rakefile|gulpfile\.[^/]+|gruntfile\.[^/]+|jakefile(?:\.[^/]+)?|cmakelists\.txt|meson\.build|configure|procfile|earthfile|vagrantfile|tiltfile|skaffold\.ya?ml)$|\.mk$/,
    'build tools',
  ],
  [/(?:^|\/)(?:build\.rs|rust-toolchain(?:\.toml)?)$|(?:^|\/)\.cargo\/config(?:\.toml)?$/, 'cargo'],
  [
    /(?:^|\/)(?:\.bazelrc|build(?:\.bazel)?|workspace(?:\.bazel)?|module\.bazel|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|gradlew(?:\.bat)?|mvnw(?:\.cmd)?|pom\.xml|build\.sbt|directory\.build\.(?:props|targets)|[^/]*\.csproj|package\.swift|mix\.exs|build\.zig|flake\.nix|shell\.nix|default\.nix|deno\.jsonc?)$|(?:^|\/)(?:gradle\/wrapper|\.mvn)\//,
    'build tools',
  ],
  [
    /(?:^|\/)(?:\.(?:eslint|prettier|stylelint|babel|mocha|lintstaged|commitlint|postcss|swc|nyc|puppeteer|release-it)rc(?:\.[^/]+)?|(?:eslint|prettier|stylelint|babel|vite|vitest|jest|rollup|webpack|rspack|tsup|playwright|cypress|karma|next|nuxt|astro|svelte|tailwind|postcss|metro|metro\.config|commitlint|lint-staged|wdio|ava|esbuild|craco)\.(?:config|setup|workspace)\.[cm]?[jt]sx?)$/,
    'linters, bundlers and test runners',
  ],
  [
    /(?:^|\/)(?:dockerfile[^/]*|containerfile[^/]*|[^/]*\.dockerfile|(?:docker-)?compose[^/]*\.ya?ml|docker-bake\.[^/]+)$/,
    'Docker',
  ],
  [
    /(?:^|\/)\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|cshrc|tcshrc|inputrc|xprofile|xinitrc|gitconfig|gdbinit|lldbinit|irbrc|pryrc|pythonrc|rprofile)$|(?:^|\/)\.config\/(?:fish|git|autostart|systemd)\//,
    'shells and other programs',
  ],
  [/(?:^|\/)\.?(?:vercel|netlify|fly|render|railway)\.(?:json|toml|ya?ml)$/, 'hosting services'],
];

/** Scripts of package.json that run without being named. */
const hookScripts =
  /^(?:pre|post)?(?:install|pack|publish|prepare)$|^(?:pre|post)(?:version|uninstall|test|start|build)$|^(?:prepublishonly|dependencies)$/;

export interface RunUnasked {
  path: string;
  /** The programs that run it. */
  by: string;
}

/**
 * The files that a patch creates or makes executable and that are run unasked, or whose scripts are: not those that were
 * changed as the request asked.
 */
export function runUnasked(changes: readonly FileChange[]): RunUnasked[] {
  return changes.flatMap((change) => {
    const { path } = change;
    const by = runnerOf(change);
    return by === undefined ? [] : [{ path, by }];
  });
}

function runnerOf({ kind, path, oldPath, before, after, mode, oldMode }: FileChange): string | undefined {
  if (kind === 'delete') return undefined;
  const name = foldedPath(path);
  if (/(?:^|\/)package\.json$/.test(name) && addsHook(before, after)) return 'package managers (its scripts)';
  const runner = runnerFor(name);
  const isNew = kind === 'create' || (kind === 'rename' && runner !== runnerFor(foldedPath(oldPath ?? path)));
  if (isNew && runner !== undefined) return runner;
  return kind !== 'create' && mode === '100755' && oldMode !== '100755' ? 'whoever starts it' : undefined;
}

function runnerFor(name: string): string | undefined {
  return runners.find(([pattern]) => pattern.test(name))?.[1];
}

function addsHook(before: string, after: string): boolean {
  const old = scriptsIn(before);
  const isOther = ([name, script]: [string, unknown]) =>
    hookScripts.test(name.toLowerCase()) && old[name] !== script;
  return Object.entries(scriptsIn(after)).some(isOther);
}

function scriptsIn(text: string): Record<string, unknown> {
  try {
    const { scripts } = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof scripts === 'object' && scripts !== null ? scripts : {};
  } catch {
    return {};
  }
}

/** How many files a warning names. */
const mostNamed = 10;

/** One line about such files. Undefined if there is none. */
export function runUnaskedWarning(changes: readonly FileChange[]): string | undefined {
  const found = runUnasked(changes);
  if (found.length === 0) return undefined;
  const named = found.slice(0, mostNamed).map(({ path, by }) => `${path} (${by})`);
  const more = found.length > mostNamed ? ` and ${found.length - mostNamed} more` : '';
  return `other programs run or obey these files without being asked, so look at them first: ${named.join(', ')}${more}`;
}
