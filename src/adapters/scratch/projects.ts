/** Looks at a project whose tests are to be run: its files, and which of its installed programs run them. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { Project, Projects } from '../../engine/verdict-ports.ts';
import { realPath } from '../system/paths.ts';
import { readRegularFile } from '../system/regular-file.ts';
import { filesToCopy } from './files-to-copy.ts';
import { pathIn } from './inside.ts';

/** No test and no manifest that a person has written is larger. */
const mostRead = 1024 * 1024;
const environments = ['.venv', 'venv', 'env', '.virtualenv'];

export function projects(variables: Readonly<Record<string, string | undefined>>): Projects {
  return {
    async open(base, signal) {
      const top = realPath(base);
      const { files } = await filesToCopy(top, signal);
      return projectAt(top, [...files.keys()].sort(), variables);
    },
    locate(path, { cwd, base }) {
      const absolute = resolve(cwd, path);
      const name = relative(base, absolute).split(sep).join('/');
      if (name === '' || name === '..' || name.startsWith('../'))
        throw new OrchError('file-forbidden', `${path} is not in the project (${base})`, {
          hint: `run it in the project of that file: cd ${dirname(path)}`,
        });
      return { absolute, name };
    },
  };
}

function projectAt(
  base: string,
  files: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Project {
  const inBase = (path: string) => relative(base, path).split(sep).join('/');
  return {
    base,
    files,
    read: (path) => textOf(pathIn(base, path)),
    packageCommand(folder, name) {
      for (const here of upwards(join(base, folder))) {
        const home = join(here, 'node_modules', name);
        const manifest = textOf(join(home, 'package.json'));
        const script = manifest === undefined ? undefined : binOf(manifest, name);
        if (script !== undefined) return inBase(join(home, script));
      }
      return undefined;
    },
    python(folder) {
      const active = variables.VIRTUAL_ENV;
      if (active !== undefined && existsSync(join(active, 'bin', 'python')))
        return join(active, 'bin', 'python');
      for (const here of upwards(join(base, folder))) {
        for (const name of environments) {
          const program = join(here, name, 'bin', 'python');
          if (existsSync(program)) return inBase(program);
        }
        if (here === base) break;
      }
      return undefined;
    },
  };
}

/** The folder and those above it. */
function* upwards(folder: string): Generator<string> {
  for (let here = folder; ; here = dirname(here)) {
    yield here;
    if (dirname(here) === here) return;
  }
}

function textOf(path: string): string | undefined {
  const { bytes } = readRegularFile(path, mostRead);
  if (bytes === undefined || bytes.includes(0)) return undefined;
  return bytes.toString('utf8');
}

/** What a package's manifest names as its command of the package's name. */
function binOf(manifest: string, name: string): string | undefined {
  try {
    const { bin } = JSON.parse(manifest) as { bin?: unknown };
    const script = typeof bin === 'object' && bin !== null ? (bin as Record<string, unknown>)[name] : bin;
    return typeof script === 'string' ? script : undefined;
  } catch {
    return undefined;
  }
}
