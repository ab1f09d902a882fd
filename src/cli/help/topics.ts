/** `orch help exit-codes | environment | configuration`. */
import { dotEnvVariables, environmentVariables } from '../../core/config/environment-variables.ts';
import { settingKeys } from '../../core/config/settings.ts';
import { errorCodes, exitStatusOf } from '../../core/errors/orch-error.ts';
import { taskKinds } from '../../core/tasks/tasks.ts';
import type { Factory } from '../../factory.ts';
import { wrapped } from '../render/wrap.ts';
import { broken, item } from './format.ts';
import type { HelpTopic } from './topic-names.ts';

export const exitStatuses: readonly { status: number; meaning: string }[] = [
  { status: 0, meaning: 'done' },
  { status: 1, meaning: 'every candidate model failed, doctor found a problem, or a bug in orch' },
  { status: 2, meaning: 'usage or configuration error: options, files, environment, configuration files' },
  { status: 3, meaning: 'no eligible model' },
  { status: 4, meaning: 'missing or refused key' },
  {
    status: 5,
    meaning:
      'unusable answer: empty, refused, a text that was cut, code that does not parse, or a patch that does not apply; tests that check does not accept',
  },
  { status: 6, meaning: 'stopped by a budget or cost ceiling' },
  { status: 7, meaning: 'reserved for models that reach no consensus; nothing ends with it yet' },
  { status: 130, meaning: 'interrupted' },
];

/** `width` in columns. */
export function renderTopic(topic: HelpTopic, factory: Factory, width: number): string {
  if (topic === 'exit-codes') return exitCodes(width);
  return topic === 'environment' ? environment(width) : configuration(factory, width);
}

function exitCodes(width: number): string {
  const rows = exitStatuses.map(({ status, meaning }) => {
    const codes = errorCodes.filter((code) => exitStatusOf(code) === status);
    const lines = [wrapped(`  ${String(status).padStart(3)}  ${meaning}`, width, '     ')];
    if (codes.length > 0) lines.push(wrapped(`       ${codes.join(', ')}`, width));
    return lines.join('\n');
  });
  return paragraphs(width, [
    'Exit statuses and the error codes of --json:',
    rows.join('\n'),
    'With --json an error is {"error": {"code", "message", "hint"}} on standard output.',
  ]);
}

function environment(width: number): string {
  const rows = environmentVariables.map(({ name, description, default: fallback }) =>
    item(name, `${description}\nDefault: ${fallback}.`, 21, width),
  );
  return paragraphs(width, [
    'Environment variables:',
    rows.join('\n'),
    `A .env file in the working directory, or else at the top of its repository, is read for ${dotEnvVariables.join(', ')}. It never overrides a variable that is already set and never raises a limit; its other variables are ignored, since the file may have come with the repository.`,
    'NO_COLOR, FORCE_COLOR, COLUMNS, CI and TERM=dumb are respected.',
  ]);
}

const configurationFiles: Readonly<Record<string, string>> = {
  'models.json': 'aliases, for each task the candidates in the order they are tried, own tasks',
  'policies.json':
    'output, temperature, effort, caps, timeouts, retries, breaker, budgets, languages, rules (files such as AGENTS.md that go with every request)',
  'catalog.json': 'one card per model: prices, windows, efforts, shutdown date, successor',
};

function configuration(factory: Factory, width: number): string {
  const folders = factory.configFolders();
  const files = Object.entries(configurationFiles).map(([name, holds]) => item(name, holds, 13, width));
  const described = new Map(settingKeys().map(({ key, description }) => [perTask(key), description]));
  const keys = [...described].map(([key, description]) => item(key, description, 28, width));
  return paragraphs(width, [
    'Configuration files are read from these folders, if they exist; later folders win:',
    folders.map((folder, at) => `  ${at + 1}. ${folder}`).join('\n'),
    files.join('\n'),
    'They are JSON; comments and commas after the last entry are allowed. Objects are merged key by key; lists are replaced. The folder .orch/ of a project may have come with the repository, so it may only tighten: lower limits, less effort, fewer or reordered models among those that you route to. What it sets besides is ignored, with a note; to trust a folder, name it in ORCH_CONF. Environment variables override the files, and command-line options override both.',
    `The JSON Schemas are in ${folders[0]}: set "$schema" to the path of one, and your editor completes the keys.`,
    'Example of your own models.json:',
    '{\n  "aliases": { "mini": "gpt-5.4-mini" },\n  "routing": { "docs": ["mini"] }\n}',
    'The same with commands:',
    ['alias.mini gpt-5.4-mini', 'routing.docs mini']
      .map((setting) => broken(`  orch config set ${setting}`, width))
      .join('\n'),
    'Keys of models.json and policies.json (orch config list shows their values):',
    keys.join('\n'),
  ]);
}

/** One line for the keys of all tasks. */
function perTask(key: string): string {
  const words = key.split('.');
  return words.map((word) => (taskKinds.some((task) => task === word) ? '<task>' : word)).join('.');
}

function paragraphs(width: number, texts: readonly string[]): string {
  return `${texts.map((text) => wrapped(text, width)).join('\n\n')}\n`;
}
