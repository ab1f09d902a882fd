/** Finds the test file that belongs to a file, or is nearest to it: it shows how tests are written here. */

import { kindOf } from '../input/file-kind.ts';
import { languageOfPath } from '../input/language.ts';

/** Undefined if there is none in the same language. Ties: the first by path. */
export function nearestTest(given: readonly string[], paths: Iterable<string>): string | undefined {
  let nearest: { path: string; nearness: number } | undefined;
  for (const path of paths) {
    if (kindOf(path) !== 'tests' || languageOfPath(path) === undefined) continue;
    const nearness = Math.max(-1, ...given.map((file) => nearnessOf(file, path)));
    if (nearness < 0) continue;
    const isNearer =
      nearest === undefined ||
      nearness > nearest.nearness ||
      (nearness === nearest.nearness && path < nearest.path);
    if (isNearer) nearest = { path, nearness };
  }
  return nearest?.path;
}

/** A test of the same name is nearer than any other; then, the more folders they have in common the nearer. */
function nearnessOf(file: string, test: string): number {
  if (languageOfPath(file) !== languageOfPath(test)) return -1;
  const folders = new Set(file.split('/').slice(0, -1));
  const inCommon = test
    .split('/')
    .slice(0, -1)
    .filter((folder) => folders.has(folder)).length;
  return inCommon + (stemOf(file) === stemOf(test) ? 1000 : 0);
}

/** `test_cart.py`, `cart_test.go`, `cart.spec.ts` and `CartTest.java` belong to `cart`. */
function stemOf(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.\w+$/, '')
    .replace(/^test_|[._-](?:test|tests|spec)$|(?<=[a-z])(?:Test|Tests|Spec|IT)$/, '')
    .toLowerCase();
}
