/** Runs programs where the copy is: on macOS under a profile, or in the open. Packages are linked into the copy. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { seatbeltProfile } from '../../core/sandbox/seatbelt.ts';
import { runVariables } from '../../core/sandbox/variables.ts';
import type { Sandbox, ScratchCopy } from '../../engine/sandbox-ports.ts';
import { pathIn } from '../scratch/inside.ts';
import { isThere, realPath } from '../system/paths.ts';
import { searchPath } from '../system/search-path.ts';
import { commandOf, finished, prepareReports, usualOutputBytes } from './outcome.ts';
import { runProcess } from './run-process.ts';
import { toolchainPaths } from './toolchains.ts';
import { type UseLimits, useWatch, usualUse } from './watch.ts';

export interface InPlaceOptions {
  /** Path of sandbox-exec. Undefined: nothing confines what runs. */
  confiner: string | undefined;
  variables: Readonly<Record<string, string | undefined>>;
  home: string;
  use?: UseLimits;
}

export function inPlaceSandbox({ confiner, variables, home, use = usualUse }: InPlaceOptions): Sandbox {
  return {
    kind: confiner === undefined ? 'none' : 'sandbox-exec',
    places: ({ root, reports, cache }) => ({ root, reports, cache }),
    async run(run) {
      const { copy, signal, timeoutMs, maxOutputBytes = usualOutputBytes } = run;
      const cwd = realPath(pathIn(copy.root, run.cwd ?? '.'));
      prepareReports(run);
      linkPackages(copy);
      const own = { home: join(copy.folder, 'home'), temporary: join(copy.folder, 'tmp'), cache: copy.cache };
      for (const folder of [own.home, own.temporary]) mkdirSync(folder, { recursive: true });
      const profile = () => {
        const { mounts } = toolchainPaths(searchPath(), {
          variables,
          home,
          base: copy.base,
          also: [process.execPath],
        });
        return seatbeltProfile({
          readable: [...mounts, ...copy.packages].map(({ source }) => source),
          writable: [copy.root, copy.reports, copy.cache, own.home, own.temporary],
        });
      };
      const argv = commandOf(run.command);
      const end = await runProcess({
        argv: confiner === undefined ? argv : [confiner, '-p', profile(), ...argv],
        cwd,
        env: runVariables(variables, own, run.env),
        timeoutMs,
        maxOutputBytes,
        signal,
        watch: useWatch(copy.folder, use, () => undefined),
      });
      return finished(end, run);
    },
  };
}

/** What is there already, such as a link of an earlier run, stays. */
function linkPackages({ root, packages }: ScratchCopy): void {
  for (const { at, source } of packages) {
    const path = join(root, at);
    if (isThere(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(source, path);
  }
}
