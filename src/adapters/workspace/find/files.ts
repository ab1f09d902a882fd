/** Reads files for a request: inside the roots, text only, secrets only if named exactly. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import type { RuleFile } from '../../../core/input/assemble-input.ts';
import { textOf } from '../../../core/text/utf8.ts';
import type { FileReading, Workspace } from '../../../engine/ports.ts';
import { isInside, realPath } from '../../system/paths.ts';
import { maxConfigBytes, readRegularFile } from '../../system/regular-file.ts';
import { refuseInGitFolders } from '../git/git-folders.ts';
import { forbidden, leftOutParts, type RootsOptions, rootAround, rootsOf } from './roots.ts';

export function workspaceFiles(options: RootsOptions): Workspace {
  const base = () => {
    const { topOf, cwd } = rootsOf(options);
    return topOf(cwd) ?? cwd;
  };
  return {
    base,
    assertWritable(base, paths) {
      const roots = rootsOf(options);
      const realBase = realPath(base);
      refuseInGitFolders(paths.map((path) => resolve(realBase, path)));
      for (const path of paths) {
        const target = resolve(base, path);
        if (!isInside(target, base)) throw new OrchError('file-forbidden', `${path} is outside ${base}`);
        const folders = existsSync(target) ? roots.named : roots.folders;
        // Whole, since a stored patch may be of another folder that has such a file, too.
        if (rootAround(target, folders) === undefined) throw forbidden(target, target, roots);
      }
    },
    async readSources(fileArguments, signal, { toPatch = false } = {}) {
      if (fileArguments.length === 0) {
        const home = base();
        return { base: home, sources: [], warnings: [], exists: (path) => existsSync(join(home, path)) };
      }
      const { readSources } = await import('./read-sources.ts');
      return readSources(fileArguments, rootsOf(options), { signal, toPatch });
    },
    readRules(paths, base) {
      if (paths.length === 0) return { rules: [], warnings: [] };
      const roots = rootsOf(options);
      const rules: RuleFile[] = [];
      const warnings: string[] = [];
      for (const path of new Set(paths)) {
        const file = join(base, path);
        // One list serves many repositories, and few have all of its files.
        if (!existsSync(file)) continue;
        // A stranger's repository may have a link to anything in that place.
        const isOpen =
          rootAround(file, [base]) !== undefined && rootAround(file, roots.folders) !== undefined;
        const { git, secret } = leftOutParts(realPath(file), [realPath(base)]);
        const reading = isOpen && !git && !secret ? readRegularFile(file, maxConfigBytes) : undefined;
        const text = reading?.bytes && textOf(reading.bytes).text;
        if (text !== undefined) rules.push({ path, text });
        else warnings.push(`the rules in ${path} are not sent: ${faultOf(reading, isOpen)}`);
      }
      if (rules.length === 0 && warnings.length === 0)
        warnings.push(`no rules are sent: ${base} has none of the files ${paths.join(', ')}`);
      return { rules, warnings };
    },
    async readChange(scope, signal) {
      const { readGitChange } = await import('../git/change/read-change.ts');
      return readGitChange(scope, rootsOf(options), signal);
    },
  };
}

function faultOf(reading: FileReading | undefined, isOpen: boolean): string {
  if (reading === undefined)
    return isOpen ? 'the file looks secret' : 'the file is outside the allowed folders';
  return reading.bytes === undefined ? `the file ${reading.message}` : 'the file is not UTF-8 text';
}
