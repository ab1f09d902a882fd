/** `orch config set` and `orch config unset`. */
import * as z from 'zod';
import type { Config } from '../../core/config/config.ts';
import { effectiveSetting, settingValue } from '../../core/config/settings.ts';
import { findCard } from '../../core/models/model-card.ts';
import { didYouMean } from '../../core/text/did-you-mean.ts';
import type { OperationContext } from '../context.ts';
import { commandOnly, field } from '../operation.ts';
import { keyField, placeOf } from './key-field.ts';

const writes = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false };

const changeOutput = () =>
  z.object({
    key: z.string(),
    value: z.unknown().describe('In effect from now on; null if the key has none.'),
    origin: z.string().nullable().describe('What sets it; default if nothing does.'),
    before: z.unknown().describe('What the file had; null if nothing.'),
    file: z.string(),
    changed: z.boolean(),
    warnings: z.array(z.string()),
  });
export type ChangeOutput = z.output<ReturnType<typeof changeOutput>>;

export const configSetOperation = commandOnly({
  examines: true,
  input: () =>
    z.strictObject({
      key: keyField,
      value: field(z.string(), 'Text, a number or JSON; a list as words with commas', { positional: 'one' }),
    }),
  output: changeOutput,
  annotations: writes,
  examples: [
    'orch config set alias.codex gpt-6.2-sol',
    'orch config set routing.docs mini,full',
    'orch config set budgets.perCallUsd 0.50',
  ],
  run: ({ key, value }, context) => change(key, value, context),
});

export const configUnsetOperation = commandOnly({
  examines: true,
  input: () => z.strictObject({ key: keyField }),
  output: changeOutput,
  annotations: writes,
  examples: ['orch config unset alias.codex'],
  run: ({ key }, context) => change(key, undefined, context),
});

async function change(
  key: string,
  text: string | undefined,
  context: OperationContext,
): Promise<ChangeOutput> {
  const place = placeOf(key, context);
  const slip = text === undefined ? undefined : slipOf(place.path, context);
  const settings = context.userSettings();
  const written = text === undefined ? undefined : settingValue(place, text);
  const { file, changed, before } = await settings.change(place.file, place.path, written);
  const config = context.diagnostics().config().config;
  const {
    key: name,
    value,
    origin,
  } = config ? effectiveSetting(config, place) : { key: place.path.join('.'), value: written, origin: file };
  const isOurs = text === undefined ? origin !== file : origin === file || origin === null;
  return {
    key: name,
    value: value ?? null,
    origin,
    before: before ?? null,
    file,
    changed,
    warnings: [
      ...(slip === undefined ? [] : [slip]),
      ...unknownModel(place.path, written, config),
      ...(text !== undefined && !isOurs ? [`${origin} sets ${name} as well, and takes precedence`] : []),
      ...(text === undefined && !changed ? [`${name} is not set in ${file}`] : []),
    ],
  };
}

/** A model need not be in the catalogue, but a mistyped one is not either. */
function unknownModel([section]: readonly string[], value: unknown, config: Config | undefined): string[] {
  const ids = section !== 'aliases' ? [] : typeof value === 'string' ? [value] : Object.values(value ?? {});
  return ids.flatMap((id: string) => {
    if (!config || findCard(config.catalog, id)) return [];
    const guess = didYouMean(id, Object.keys(config.catalog.models));
    return `${id} is not in the catalogue${guess ? ` (did you mean ${guess}?)` : ''}: its price is unknown, so a cost ceiling refuses it`;
  });
}

/** A new alias is as good as any; one that differs in a letter is probably a slip. */
function slipOf([section, name]: readonly string[], context: OperationContext): string | undefined {
  const aliases = Object.keys(context.diagnostics().config().config?.aliases ?? {});
  if (section !== 'aliases' || name === undefined || aliases.includes(name)) return undefined;
  const guess = didYouMean(name, aliases);
  return guess && `${name} is a new alias: if you meant ${guess}, run orch config unset alias.${name}`;
}
