/** How tests in one file import the code in another, as the project's other tests do. */

export interface ImportOptions {
  /** Of the tests, from the base. */
  from: string;
  /** Of the code. */
  source: string;
  language: string;
  /** Texts of existing tests. */
  tests: readonly string[];
}

const script = new Set(['typescript', 'javascript', 'vue', 'svelte']);
const relativeImport = /(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*['"](\.{1,2}\/[^'"]*)['"]/g;

/** A specifier or a module's name. Undefined for languages that import packages, or nothing. */
export function importPath({ from, source, language, tests }: ImportOptions): string | undefined {
  if (language === 'python') return pythonModule(source);
  if (!script.has(language)) return undefined;
  const path = relativePath(from, source);
  const extension = /\.[cm]?[jt]sx?$/.exec(source)?.[0] ?? '';
  if (extension === '') return path;
  const bare = path.slice(0, -extension.length);
  switch (usualEnding(tests) ?? (language === 'javascript' ? 'same' : 'none')) {
    case 'none':
      return bare.replace(/\/index$/, '') || '.';
    case 'js':
      return bare + extension.replace('t', 'j');
    case 'same':
      return path;
  }
}

type Ending = 'none' | 'js' | 'same';

/** What most relative imports of the tests end with. Undefined if there are none. */
function usualEnding(tests: readonly string[]): Ending | undefined {
  const counts = { none: 0, js: 0, same: 0 };
  for (const text of tests) {
    const inTypeScript = /:\s*(?:string|number|boolean|unknown|any)\b|\bimport type\b|\bas const\b/.test(
      text,
    );
    for (const [, specifier] of text.matchAll(relativeImport)) {
      if (/\.[cm]?tsx?$/.test(specifier!)) counts.same++;
      else if (/\.[cm]?jsx?$/.test(specifier!)) counts[inTypeScript ? 'js' : 'same']++;
      else if (!/\.\w{2,4}$/.test(specifier!)) counts.none++;
    }
  }
  const [[ending, count]] = Object.entries(counts).sort((a, b) => b[1] - a[1]) as [[Ending, number]];
  return count === 0 ? undefined : ending;
}

function relativePath(from: string, to: string): string {
  const [here, there] = [from.split('/').slice(0, -1), to.split('/')];
  let shared = 0;
  while (shared < here.length && shared < there.length - 1 && here[shared] === there[shared]) shared++;
  const up = here.slice(shared).map(() => '..');
  return [...(up.length === 0 ? ['.'] : up), ...there.slice(shared)].join('/');
}

/** A folder `src` or `lib` holds packages, and is none. */
function pythonModule(source: string): string | undefined {
  const parts = source.replace(/\.pyi?$/, '').split('/');
  const at = parts.findIndex((part) => part === 'src' || part === 'lib');
  const names = parts
    .slice(at + 1)
    .filter((part, index, all) => part !== '__init__' || index < all.length - 1);
  return names.length > 0 && names.every((part) => /^[A-Za-z_]\w*$/.test(part)) ? names.join('.') : undefined;
}
