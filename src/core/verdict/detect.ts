/** Which test framework a project uses. Nothing is run for it. */
import { OrchError } from '../errors/orch-error.ts';
import { type Framework, frameworkNamed, frameworksFor, type Manifest } from './frameworks.ts';

export interface ProjectTests {
  /** Of the code that is to be tested. */
  language: string;
  /** Named by the caller. */
  framework: string | undefined;
  /** Existing tests of the same language, nearest to the code first. */
  tests: readonly { path: string; text: string }[];
  /** Nearest to the code first. */
  manifests: readonly Manifest[];
}

export interface Detected {
  /** One of the table, or what the caller named. */
  name: string;
  /** Undefined for a framework that is not in the table. */
  framework: Framework | undefined;
  /** What it follows from, e.g. `package.json` or `named`. */
  from: string;
}

/**
 * What the caller named, else what the nearest tests import, else what the nearest manifest names. Undefined if nothing
 * says. Throws `usage` if the named framework is for another language.
 */
export function detectFramework({
  language,
  framework,
  tests,
  manifests,
}: ProjectTests): Detected | undefined {
  if (framework !== undefined) return named(framework, language);
  const possible = frameworksFor(language);
  for (const { path, text } of tests) {
    const found = possible.find(({ inTests }) => inTests?.test(text));
    if (found) return { name: found.name, framework: found, from: path };
  }
  // A manifest near the code says more than one above it, whatever the order of the table.
  for (const folder of byFolder(manifests)) {
    const found = possible.find(({ inManifest }) => folder.some((manifest) => inManifest?.(manifest)));
    const from = found && folder.find((manifest) => found.inManifest?.(manifest));
    if (from) return { name: found.name, framework: found, from: from.path };
  }
  return undefined;
}

function named(framework: string, language: string): Detected {
  const known = frameworkNamed(framework);
  if (known && !known.languages.includes(language)) {
    const names = frameworksFor(language).map(({ name }) => name);
    throw new OrchError('usage', `${known.name} does not test ${language}`, {
      hint:
        names.length === 0
          ? 'leave the framework out, or name one for that language'
          : `use one of ${names.join(', ')}, or leave it out to use the one of the project`,
    });
  }
  return { name: known?.name ?? framework.trim(), framework: known, from: 'named' };
}

function byFolder(manifests: readonly Manifest[]): Manifest[][] {
  const folders = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const folder = manifest.path.slice(0, manifest.path.lastIndexOf('/') + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), manifest]);
  }
  return [...folders.values()];
}
