/** Reads the working directory's `.env`, but only the variables that orch knows. */
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { environmentVariables } from '../../core/config/environment.ts';
import { maxConfigBytes, readRegularFile } from './regular-file.ts';

export function readDotEnv(cwd: string): Record<string, string | undefined> {
  const { bytes } = readRegularFile(join(cwd, '.env'), maxConfigBytes);
  if (bytes === undefined) return {};
  const known = new Set(environmentVariables.map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(parseEnv(bytes.toString('utf8'))).filter(([name]) => known.has(name)),
  );
}
