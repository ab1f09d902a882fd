/** Lists the settings that differ from the package's defaults, and their origins. */
import { type Config, type ConfigFileName, configFileNames } from '../config/config.ts';
import type { Setting } from '../config/environment.ts';
import { environmentVariables } from '../config/environment-variables.ts';
import { isPlainObject } from '../config/layers.ts';
import { type Finding, ok } from './finding.ts';

export interface SettingOptions {
  config: Config;
  /** The configuration in the package. */
  packaged: Config;
  /** List every value, not only those that differ. */
  verbose: boolean;
}

export function settingFindings({ config, packaged, verbose }: SettingOptions): Finding[] {
  return configFileNames.flatMap((file) =>
    [...config.origins[file]]
      .filter(([path]) => path !== '$schema')
      .map(([path, origin]) => ({ path, origin, value: valueAt(partOf(config, file), path) }))
      .filter(({ path, value }) => verbose || !same(value, valueAt(partOf(packaged, file), path)))
      .map(({ path, origin, value }) =>
        ok(`setting.${file}`, `${path} = ${JSON.stringify(value)} (${origin})`),
      ),
  );
}

/** Variables that are set; with `verbose`, the others too, with their defaults. */
export function variableFindings(settings: readonly Setting[], verbose: boolean): Finding[] {
  return environmentVariables.flatMap(({ name, default: fallback }) => {
    const set = settings.find((setting) => setting.name === name);
    if (set) return [ok('variable', `${name} = ${set.value} (${set.origin})`)];
    return verbose ? [ok('variable', `${name} is not set (default: ${fallback})`)] : [];
  });
}

function partOf({ aliases, routing, tasks, policies, catalog }: Config, file: ConfigFileName): unknown {
  if (file === 'models') return { aliases, routing, tasks };
  return file === 'policies' ? policies : catalog;
}

/** Keys may contain dots (`gpt-6.1-sol`), so the longest matching key is tried first. */
function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (!isPlainObject(value)) return undefined;
  const keys = Object.keys(value).filter((key) => path === key || path.startsWith(`${key}.`));
  for (const key of keys.sort((left, right) => right.length - left.length)) {
    const found = valueAt(value[key], path.slice(key.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
