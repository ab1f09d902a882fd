/** How test files are named: per language, the forms of the name of the tests for a file. */

/** The part of the name that stands for the file under test, as written in a form. */
const stemMark = '*';

interface Names {
  /** The usual one first. */
  forms: readonly string[];
  /** Extensions of test files, which for some languages are not those of the code. */
  extensions: readonly string[];
}

const script: Names = {
  forms: ['*.test', '*.spec', '*-test', '*_test', 'test-*', 'test_*', '*.tests', '*Test', '*Spec'],
  extensions: ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'],
};
const jvmForms = ['*Test', '*Tests', '*Spec', '*IT'];

const names: Readonly<Record<string, Names>> = {
  typescript: script,
  javascript: script,
  vue: script,
  svelte: script,
  python: { forms: ['test_*', '*_test', 'tests_*'], extensions: ['py'] },
  go: { forms: ['*_test'], extensions: ['go'] },
  rust: { forms: ['*', '*_test', '*_tests', 'test_*'], extensions: ['rs'] },
  java: { forms: jvmForms, extensions: ['java'] },
  kotlin: { forms: jvmForms, extensions: ['kt'] },
  scala: { forms: jvmForms, extensions: ['scala'] },
  ruby: { forms: ['*_spec', '*_test', 'test_*'], extensions: ['rb'] },
  php: { forms: ['*Test', '*Spec'], extensions: ['php'] },
};

export interface TestName {
  form: string;
  /** Of the file under test, by the name. */
  stem: string;
  extension: string;
}

/** The usual form for a framework where it is not the language's. */
const usualForms: Readonly<Record<string, string>> = { minitest: '*_test', 'deno test': '*_test' };

export function usualForm(language: string, framework: string | undefined): string {
  const usual = framework !== undefined && Object.hasOwn(usualForms, framework) && usualForms[framework];
  return usual || namesOf(language)?.forms[0] || '*_test';
}

export function namesOf(language: string): Names | undefined {
  return Object.hasOwn(names, language) ? names[language] : undefined;
}

/** Undefined if the name has no form of a test in the language; `fileName` is without folders. */
export function readTestName(fileName: string, language: string): TestName | undefined {
  const known = namesOf(language);
  const dot = fileName.lastIndexOf('.');
  if (!known || dot <= 0) return undefined;
  const extension = fileName.slice(dot + 1);
  if (!known.extensions.includes(extension)) return undefined;
  const base = fileName.slice(0, dot);
  for (const form of known.forms) {
    if (form === stemMark) continue;
    const [before, after] = form.split(stemMark) as [string, string];
    if (base.length > form.length - 1 && base.startsWith(before) && base.endsWith(after))
      return { form, stem: base.slice(before.length, base.length - after.length), extension };
  }
  return undefined;
}

export function nameOfTest({ form, stem, extension }: TestName): string {
  return `${form.replace(stemMark, () => stem)}.${extension}`;
}

/** Of the tests in files of a framework that runs packages; undefined where it runs files. */
export function testNamesIn(text: string, framework: string | undefined): string[] | undefined {
  if (framework !== 'go test') return undefined;
  return [...text.matchAll(/^func ((?:Test|Fuzz|Example)\w*)\(/gm)].map(([, name]) => name!);
}
