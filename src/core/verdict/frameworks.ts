/** The test frameworks that orch knows: the languages they test, and what in a project names them. */

/** A file that says how a project is built or tested. */
export interface Manifest {
  /** From the base of the project. */
  path: string;
  text: string;
}

export interface Framework {
  name: string;
  /** Other spellings that a user may give, in lower case. */
  aliases?: readonly string[];
  languages: readonly string[];
  /** In the text of a test file: the framework is imported or otherwise certain. */
  inTests?: RegExp;
  /** Whether a manifest names it. */
  inManifest?: (manifest: Manifest) => boolean;
}

const script = ['typescript', 'javascript', 'vue', 'svelte'];
const jvm = ['java', 'kotlin', 'scala'];
const pythonManifest = /^(?:pyproject\.toml|setup\.cfg|tox\.ini|noxfile\.py|requirements[\w.-]*\.txt)$/;
const jvmManifest = /^(?:pom\.xml|build\.gradle(?:\.kts)?)$/;
const gemManifest = /^(?:Gemfile|.*\.gemspec)$/;

/** A name is a path's last part. Those of all files in which a framework is looked for. */
const manifestNames: readonly RegExp[] = [
  /^(?:package|composer|deno)\.jsonc?$/,
  /^(?:vitest|jest)\.(?:config|workspace)\.(?:[cm]?[jt]s|json)$/,
  /^\.mocharc\.\w+$/,
  pythonManifest,
  /^(?:pytest\.ini|conftest\.py|setup\.py)$/,
  /^(?:go\.mod|Cargo\.toml|\.rspec)$/,
  gemManifest,
  jvmManifest,
  /^phpunit(?:\.dist)?\.xml(?:\.dist)?$/,
];

export function isManifest(path: string): boolean {
  const name = nameOf(path);
  return manifestNames.some((form) => form.test(name));
}

/** In the order in which they are looked for: who uses vitest may still have jest's types installed. */
const frameworks = [
  {
    name: 'vitest',
    languages: script,
    inTests: /\bfrom\s*['"]vitest['"]|\brequire\(\s*['"]vitest['"]\s*\)|\bimport\(\s*['"]vitest['"]\s*\)/,
    inManifest: (manifest) =>
      isNamed(manifest, /^vitest\.(?:config|workspace)\.[cm]?[jt]s$/) ||
      hasPackage(manifest, 'vitest', /\bvitest\b/),
  },
  {
    name: 'jest',
    languages: script,
    inTests: /['"]@jest\/globals['"]|\bjest\.(?:fn|mock|spyOn|useFakeTimers)\s*\(/,
    inManifest: (manifest) =>
      isNamed(manifest, /^jest\.config\.(?:[cm]?[jt]s|json)$/) ||
      hasPackage(manifest, 'jest', /\bjest\b/) ||
      hasPackage(manifest, 'ts-jest') ||
      packageOf(manifest)?.jest !== undefined,
  },
  {
    name: 'node:test',
    aliases: ['node', 'node test', 'node --test', 'node-test'],
    languages: script,
    inTests: /['"]node:test['"]/,
    inManifest: (manifest) => hasScript(manifest, /\bnode\s+(?:\S+\s+)*--test\b|\bborp\b/),
  },
  {
    name: 'mocha',
    languages: script,
    inTests: /\b(?:from|require\()\s*['"]mocha['"]/,
    inManifest: (manifest) =>
      isNamed(manifest, /^\.mocharc\.(?:c?js|json|jsonc|ya?ml)$/) ||
      hasPackage(manifest, 'mocha', /\bmocha\b/),
  },
  simple('ava', /\b(?:from|require\()\s*['"]ava['"]/),
  simple('tap', /\b(?:from|require\()\s*['"]tap['"]/),
  simple('tape', /\b(?:from|require\()\s*['"]tape['"]/),
  simple('uvu', /\b(?:from|require\()\s*['"]uvu['"]/),
  simple('jasmine', /\bjasmine\.\w/),
  {
    name: 'bun test',
    aliases: ['bun', 'bun:test'],
    languages: script,
    inTests: /['"]bun:test['"]/,
    inManifest: (manifest) => hasScript(manifest, /\bbun test\b/),
  },
  {
    name: 'deno test',
    aliases: ['deno'],
    languages: script,
    inTests: /\bDeno\.test\s*\(/,
    inManifest: (manifest) => hasScript(manifest, /\bdeno test\b/) || isNamed(manifest, /^deno\.jsonc?$/),
  },
  {
    name: 'pytest',
    aliases: ['py.test'],
    languages: ['python'],
    inTests: /^\s*(?:import|from)\s+pytest\b/m,
    inManifest: (manifest) =>
      isNamed(manifest, /^(?:pytest\.ini|conftest\.py)$/) ||
      (isNamed(manifest, pythonManifest) && /\bpytest\b/.test(manifest.text)),
  },
  {
    name: 'unittest',
    languages: ['python'],
    inTests: /^\s*(?:import|from)\s+unittest\b(?!\.mock|\s+import\s+mock)/m,
    inManifest: (manifest) => isNamed(manifest, pythonManifest) && /\bunittest\b/.test(manifest.text),
  },
  {
    name: 'go test',
    aliases: ['go', 'testing'],
    languages: ['go'],
    inManifest: (manifest) => isNamed(manifest, /^go\.mod$/),
  },
  {
    name: 'cargo test',
    aliases: ['cargo', 'rust'],
    languages: ['rust'],
    inManifest: (manifest) => isNamed(manifest, /^Cargo\.toml$/),
  },
  {
    name: 'testng',
    languages: jvm,
    inTests: /\bimport\s+org\.testng\b/,
    inManifest: (manifest) => isNamed(manifest, jvmManifest) && /testng/i.test(manifest.text),
  },
  {
    name: 'junit',
    aliases: ['junit4', 'junit5', 'junit 4', 'junit 5', 'jupiter'],
    languages: jvm,
    inTests: /\bimport\s+(?:static\s+)?org\.junit\b/,
    inManifest: (manifest) => isNamed(manifest, jvmManifest),
  },
  {
    name: 'rspec',
    languages: ['ruby'],
    inTests: /\bRSpec\.describe\b|\brequire\s+['"](?:spec_helper|rails_helper)['"]/,
    inManifest: (manifest) =>
      isNamed(manifest, /^\.rspec$/) || (isNamed(manifest, gemManifest) && /\brspec/.test(manifest.text)),
  },
  {
    name: 'minitest',
    languages: ['ruby'],
    inTests: /\bMinitest::Test\b|['"]minitest\/autorun['"]|\bActiveSupport::TestCase\b/,
    inManifest: (manifest) => isNamed(manifest, gemManifest) && /\bminitest\b/.test(manifest.text),
  },
  {
    name: 'phpunit',
    languages: ['php'],
    inTests: /\bPHPUnit\\Framework\b/,
    inManifest: (manifest) =>
      isNamed(manifest, /^phpunit(?:\.dist)?\.xml(?:\.dist)?$/) ||
      (isNamed(manifest, /^composer\.json$/) && /phpunit\/phpunit/.test(manifest.text)),
  },
] as const satisfies readonly Framework[];

/** By name or by another spelling, in any case. Undefined for a framework that is not in the table. */
export function frameworkNamed(name: string): Framework | undefined {
  const key = name.trim().toLowerCase();
  return frameworks.find((each: Framework) => each.name === key || each.aliases?.includes(key));
}

/** Those for a language, in the order in which they are looked for. */
export function frameworksFor(language: string): Framework[] {
  return frameworks.filter((each: Framework) => each.languages.includes(language));
}

function simple(name: string, inTests: RegExp) {
  return {
    name,
    languages: script,
    inTests,
    inManifest: (manifest: Manifest) => hasPackage(manifest, name, new RegExp(`\\b${name}\\b`)),
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isNamed({ path }: Manifest, form: RegExp): boolean {
  return form.test(nameOf(path));
}

type PackageJson = Record<string, unknown>;

/** Undefined unless the manifest is a package.json with an object in it. */
function packageOf(manifest: Manifest): PackageJson | undefined {
  if (!isNamed(manifest, /^package\.json$/)) return undefined;
  try {
    return recordOf(JSON.parse(manifest.text.replace(/^\uFEFF/, '')));
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): PackageJson | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as PackageJson)
    : undefined;
}

/** Whether a package.json depends on the package, or one of its scripts runs the command. */
function hasPackage(manifest: Manifest, name: string, command?: RegExp): boolean {
  const json = packageOf(manifest);
  const depends = ['dependencies', 'devDependencies'].some(
    (key) => recordOf(json?.[key])?.[name] !== undefined,
  );
  return depends || (command !== undefined && hasScript(manifest, command));
}

function hasScript(manifest: Manifest, command: RegExp): boolean {
  const scripts = recordOf(packageOf(manifest)?.scripts) ?? {};
  return Object.values(scripts).some((line) => typeof line === 'string' && command.test(line));
}
