/** Reads the `.env` of the working directory, or else of its repository, but only the variables that orch knows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { environmentVariables } from '../../core/config/environment.ts';
import { repositoryTop } from './folders.ts';

export function readDotEnv(cwd: string): Record<string, string | undefined> {
  const text = textOf(join(cwd, '.env')) ?? textOf(join(repositoryTop(cwd) ?? cwd, '.env'));
  if (text === undefined) return {};
  const known = new Set(environmentVariables.map(({ name }) => name));
  return Object.fromEntries(Object.entries(parseEnv(text)).filter(([name]) => known.has(name)));
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
