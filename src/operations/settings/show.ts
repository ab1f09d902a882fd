/** `orch config get`, `orch config list` and `orch config path`. */
import * as z from 'zod';
import { formatProblem } from '../../core/config/problem.ts';
import { effectiveSetting, effectiveSettings } from '../../core/config/settings.ts';
import { commandOnly } from '../operation.ts';
import { keyField, placeOf } from './key-field.ts';

const setting = () =>
  z.object({
    key: z.string(),
    value: z.unknown().describe('null if the key has none.'),
    origin: z
      .string()
      .nullable()
      .describe('File or variable that sets it, or default; null for a key that holds several.'),
  });
export type SettingOutput = z.output<ReturnType<typeof setting>>;

export const configGetOperation = commandOnly({
  examines: true,
  input: () => z.strictObject({ key: keyField }),
  output: setting,
  examples: ['orch config get alias.codex', 'orch config get timeouts --json'],
  async run({ key }, context) {
    const place = placeOf(key, context);
    const found = effectiveSetting(context.config(), place);
    return { ...found, value: found.value ?? null };
  },
});

const listOutput = () => z.object({ settings: z.array(setting()), warnings: z.array(z.string()) });
export type SettingsOutput = z.output<ReturnType<typeof listOutput>>;

export const configListOperation = commandOnly({
  examines: true,
  input: () => z.strictObject({}),
  output: listOutput,
  examples: ['orch config list', 'orch config list --json'],
  async run(_input, context) {
    const config = context.config();
    return {
      settings: effectiveSettings(config),
      warnings: [...config.notes, ...config.unsound.map(formatProblem)],
    };
  },
});

const pathOutput = () =>
  z.object({
    user: z.string().describe('Folder of the files that `orch config set` changes; it need not exist.'),
    folders: z.array(z.string()).describe('All folders that are read, weakest first.'),
    files: z.array(z.string()).describe('The files in them that exist.'),
  });
export type PathOutput = z.output<ReturnType<typeof pathOutput>>;

export const configPathOperation = commandOnly({
  examines: true,
  input: () => z.strictObject({}),
  output: pathOutput,
  examples: ['orch config path', 'cd "$(orch config path)"'],
  async run(_input, context) {
    const { folder: user } = context.userSettings();
    return { user, folders: context.configFolders(), files: context.diagnostics().config().files };
  },
});
