/** Reads the `.env` of the working directory, or else of its repository, but only the variables that orch knows. */
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { environmentVariables } from '../../core/config/environment-variables.ts';
import { repositoryTop } from './folders.ts';
import { isHomeOrRoot } from './paths.ts';
import { maxConfigBytes, readRegularFile } from './regular-file.ts';

/** `onIgnored` gets the reason why a file that is there was not read. */
export function readDotEnv(
  cwd: string,
  onIgnored: (note: string) => void,
  home?: string,
): Record<string, string | undefined> {
  const top = repositoryTop(cwd);
  // A home folder under version control is not the project of every folder in it.
  const above = top === undefined || top === cwd || isHomeOrRoot(top, home) ? undefined : top;
  const text =
    textOf(join(cwd, '.env'), onIgnored) ??
    (above === undefined ? undefined : textOf(join(above, '.env'), onIgnored));
  if (text === undefined) return {};
  const known = new Set(environmentVariables.map(({ name }) => name));
  return Object.fromEntries(Object.entries(parseEnv(text)).filter(([name]) => known.has(name)));
}

function textOf(path: string, onIgnored: (note: string) => void): string | undefined {
  const reading = readRegularFile(path, maxConfigBytes);
  if (reading.bytes !== undefined) return reading.bytes.toString('utf8');
  if (reading.fault !== 'missing') onIgnored(`${path} is ignored: it ${reading.message}`);
  return undefined;
}
