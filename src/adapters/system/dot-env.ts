/** Reads the working directory's `.env`, but only the variables that orch knows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { environmentVariables } from '../../core/config/environment.ts';

export function readDotEnv(cwd: string): Record<string, string | undefined> {
  let text: string;
  try {
    text = readFileSync(join(cwd, '.env'), 'utf8');
  } catch {
    return {};
  }
  const known = new Set(environmentVariables.map(({ name }) => name));
  return Object.fromEntries(Object.entries(parseEnv(text)).filter(([name]) => known.has(name)));
}
