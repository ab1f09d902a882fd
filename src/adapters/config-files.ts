/** Reads the layers of the configuration from their folders. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildConfig, type Config, type ConfigFileName, configFileNames } from '../core/config/config.ts';
import { jsonFaultAt } from '../core/config/json-fault.ts';
import type { Layer } from '../core/config/layers.ts';
import type { ConfigProblem } from '../core/config/problem.ts';
import type { Environment } from '../core/environment.ts';
import { OrchError } from '../core/error.ts';
import { packageFolder, projectConfigFolder, userConfigFolder } from './folders.ts';

export interface ConfigPlace {
  cwd: string;
  variables: Readonly<Record<string, string | undefined>>;
  environment: Environment;
}

/** Folders from the weakest to the strongest. */
export function configFolders({ cwd, variables, environment }: ConfigPlace): string[] {
  const project = environment.configFolder ?? projectConfigFolder(cwd);
  if (environment.configFolder !== undefined && !existsSync(environment.configFolder)) {
    throw new OrchError(
      'invalid-config',
      `ORCH_CONF names ${environment.configFolder}, which does not exist`,
      {
        hint: 'create the folder, or unset ORCH_CONF',
      },
    );
  }
  return [
    join(packageFolder(), 'conf'),
    userConfigFolder(variables),
    ...(project === undefined ? [] : [project]),
  ];
}

export function loadConfig(place: ConfigPlace): Config {
  const problems: ConfigProblem[] = [];
  const layers = Object.fromEntries(configFileNames.map((name) => [name, [] as Layer[]])) as Record<
    ConfigFileName,
    Layer[]
  >;
  for (const folder of configFolders(place)) {
    for (const name of configFileNames) {
      const layer = readLayer(join(folder, `${name}.json`), problems);
      if (layer) layers[name].push(layer);
    }
  }
  const budgets: Record<string, number> = {};
  const { environment } = place;
  if (environment.costAlertUsd !== undefined) budgets.alertUsd = environment.costAlertUsd;
  if (environment.maxCostUsd !== undefined) budgets.perCallUsd = environment.maxCostUsd;
  if (Object.keys(budgets).length > 0) layers.policies.push({ origin: 'environment', value: { budgets } });
  return buildConfig(layers, problems);
}

function readLayer(path: string, problems: ConfigProblem[]): Layer | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    problems.push({
      origin: path,
      path: '',
      message: `cannot be read (${code})`,
      cure: 'make it a readable file, or remove it',
    });
    return undefined;
  }
  text = text.replace(/^\uFEFF/, '');
  try {
    return { origin: path, value: JSON.parse(text) };
  } catch (error) {
    problems.push({
      origin: path,
      path: '',
      message: `is not JSON: ${placeOf(error as Error, text)}`,
      cure: 'correct the syntax',
    });
    return undefined;
  }
}

/** The words of JSON.parse without the piece of the file that it quotes, then line and column. */
function placeOf(error: Error, text: string): string {
  const quoted = /^(Unexpected token) .*$/s;
  const message = error.message.replace(/ in JSON at position.*$/s, '').replace(quoted, '$1');
  const before = text.slice(0, jsonFaultAt(text)).split('\n');
  return `${message} at line ${before.length}, column ${before.at(-1)!.length + 1}`;
}
