/** The key of a setting, as an argument. */
import * as z from 'zod';
import { findSetting, type SettingPlace, settingKeys } from '../../core/config/settings.ts';
import type { OperationContext } from '../context.ts';
import { givenAliases } from '../delegation/fields.ts';
import { field } from '../operation.ts';

export const keyField = field(
  z.string().min(1),
  'Such as alias.codex, routing.refactor, budgets.perCallUsd; orch help configuration lists them',
  {
    positional: 'one',
    complete: completedKeys,
  },
);

/** A static completion knows the names in the package, not the user's own. */
const completedNames: Readonly<Record<string, readonly string[]>> = {
  aliases: givenAliases,
  caps: givenAliases,
  timeouts: ['default', ...givenAliases],
  languages: ['c', 'cpp', 'rust'],
};

function completedKeys(): string[] {
  return settingKeys().flatMap(({ key }) => {
    const names = completedNames[key.split('.')[0]!] ?? [];
    return key.includes('<name>') ? names.map((name) => key.replace('<name>', name)) : [key];
  });
}

export function placeOf(key: string, context: OperationContext): SettingPlace {
  // Also with an invalid configuration, which `config set` may be about to cure.
  const config = context.diagnostics().config().config;
  const names = config ? [...Object.keys(config.aliases), ...Object.keys(config.catalog.models)] : [];
  return findSetting(key, names);
}
