/** Third-party notices for the packages that are actually in dist/: name, version and licence of each. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package that a source file belongs to; undefined for our own code. */
export function packageOf(source) {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
}

/** `sources`: paths of all bundled files, relative to `root`. The same sources always give the same text. */
export function notices(sources, root) {
  const folders = new Set(sources.map((source) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0]));
  folders.delete(undefined);
  const byName = new Map([...folders].map((folder) => notice(join(root, folder))));
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1));
  return `orch contains the following packages.\n${sorted.map(([, text]) => text).join('')}`;
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\W|$)/i.test(entry));
  if (!file || !license)
    throw new Error(`${folder} needs a licence file and a "license" field in package.json to be bundled`);
  const title = `${name} ${version} (${license})`;
  const licences = join(folder, 'licenses');
  const extra = [
    'NOTICE',
    // Of what a package has taken from others.
    ...(existsSync(licences) ? readdirSync(licences).map((entry) => join('licenses', entry)) : []),
  ].filter((entry) => existsSync(join(folder, entry)));
  const texts = [file, ...extra.sort()].map((entry) =>
    readFileSync(join(folder, entry), 'utf8').replaceAll('\r\n', '\n').trim(),
  );
  return [title, `\n${'-'.repeat(78)}\n${title}\n\n${texts.join('\n\n')}\n`];
}
