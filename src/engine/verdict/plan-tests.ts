/** With what, where and under which name the tests for a file are run. */
import { type Detected, detectFramework } from '../../core/verdict/detect.ts';
import { isManifest, type Manifest } from '../../core/verdict/frameworks.ts';
import { placeTest, testsNear } from '../../core/verdict/place.ts';
import type { Project } from '../verdict-ports.ts';

export interface TestPlan {
  /** Undefined if nothing in the project names one, and the caller neither. */
  detected: Detected | undefined;
  /** Of the test file, from the base. */
  path: string;
  /** Of the folder in which its framework is run, from the base. Empty for the base. */
  folder: string;
  /** The nearest test that exists, other than the file itself. */
  neighbour: string | undefined;
}

export interface PlanOptions {
  /** Of the code under test, from the base. */
  source: string;
  language: string;
  /** Named by the caller. */
  framework: string | undefined;
  /** Where the tests are or are to be, if that is given. */
  path?: string | undefined;
}

/** Tests in which a framework is looked for. */
const mostRead = 20;

/** Throws `usage` if the named framework is for another language. */
export function planTests(project: Project, { source, language, framework, path }: PlanOptions): TestPlan {
  const near = testsNear(source, language, project.files).slice(0, mostRead);
  const known = path !== undefined && project.files.includes(path) ? [path] : [];
  const texts = [...new Set([...known, ...near])].flatMap((test) => {
    const text = project.read(test);
    return text === undefined ? [] : [{ path: test, text }];
  });
  const manifests = manifestsAbove(source, project);
  const detected = detectFramework({ language, framework, tests: texts, manifests });
  const place = path ?? placeTest({ source, language, framework: detected?.name, files: project.files });
  return {
    detected,
    path: place,
    folder: workFolder(manifestsAbove(place, project), detected, language),
    neighbour: near.find((test) => test !== place && fits(test, detected, project)),
  };
}

/** Another framework's test proves nothing of this one. */
function fits(test: string, detected: Detected | undefined, project: Project): boolean {
  const text = project.read(test) ?? '';
  const { framework } = detected ?? {};
  return (
    framework?.inTests === undefined ||
    framework.inTests.test(text) ||
    !/\bfrom\s*['"]node:test['"]/.test(text)
  );
}

/** Of the file's folder and those above it, nearest first. */
function manifestsAbove(path: string, project: Project): Manifest[] {
  const manifests: Manifest[] = [];
  const parts = path.split('/').slice(0, -1);
  for (let depth = parts.length; depth >= 0; depth--) {
    const start = parts
      .slice(0, depth)
      .map((part) => `${part}/`)
      .join('');
    for (const file of project.files) {
      const isHere = file.startsWith(start) && !file.slice(start.length).includes('/');
      if (!isHere || !isManifest(file)) continue;
      const text = project.read(file);
      if (text !== undefined) manifests.push({ path: file, text });
    }
  }
  return manifests;
}

const roots: Readonly<Record<string, RegExp>> = {
  python: /(?:^|\/)(?:pyproject\.toml|setup\.(?:cfg|py)|pytest\.ini|tox\.ini)$/,
  go: /(?:^|\/)go\.mod$/,
};

function workFolder(
  manifests: readonly Manifest[],
  detected: Detected | undefined,
  language: string,
): string {
  const root = Object.hasOwn(roots, language) ? roots[language] : undefined;
  const isRoot = ({ path }: Manifest) => (root ?? /(?:^|\/)package\.json$/).test(path);
  const found =
    (root === undefined && manifests.find((manifest) => detected?.framework?.inManifest?.(manifest))) ||
    manifests.find(isRoot);
  return found ? found.path.slice(0, Math.max(found.path.lastIndexOf('/'), 0)) : '';
}
