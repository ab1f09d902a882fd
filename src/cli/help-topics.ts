/** `orch help exit-codes | environment | configuration`. */
import { dotEnvVariables, environmentVariables } from '../core/config/environment.ts';
import { errorCodes, exitStatusOf } from '../core/errors/orch-error.ts';
import type { Factory } from '../factory.ts';

export const exitStatuses: readonly { status: number; meaning: string }[] = [
  { status: 0, meaning: 'done' },
  { status: 1, meaning: 'every candidate model failed, doctor found a problem, or a bug in orch' },
  { status: 2, meaning: 'usage or configuration error: options, files, environment, configuration files' },
  { status: 3, meaning: 'no eligible model' },
  { status: 4, meaning: 'missing or refused key' },
  { status: 5, meaning: 'unusable answer: empty, refused, or a patch that does not apply' },
  { status: 6, meaning: 'stopped by a budget or cost ceiling' },
  { status: 7, meaning: 'the models did not reach a consensus' },
  { status: 130, meaning: 'interrupted' },
];

export const helpTopics = ['exit-codes', 'environment', 'configuration'] as const;
export type HelpTopic = (typeof helpTopics)[number];

export function renderTopic(topic: HelpTopic, factory: Factory): string {
  if (topic === 'exit-codes') return exitCodes();
  return topic === 'environment' ? environment() : configuration(factory);
}

function exitCodes(): string {
  const rows = exitStatuses.map(({ status, meaning }) => {
    const codes = errorCodes.filter((code) => exitStatusOf(code) === status);
    return `  ${String(status).padStart(3)}  ${meaning}${codes.length > 0 ? `\n       ${codes.join(', ')}` : ''}`;
  });
  return `Exit statuses and the error codes of --json:\n\n${rows.join('\n')}\n\nWith --json an error is {"error": {"code", "message", "hint"}} on standard output.\n`;
}

function environment(): string {
  const rows = environmentVariables.map(
    ({ name, description, default: fallback }) =>
      `  ${name.padEnd(22)} ${description}\n${' '.repeat(25)}Default: ${fallback}.`,
  );
  return `Environment variables:\n\n${rows.join('\n')}\n\nA .env file in the working directory, or else at the top of its repository, is read for\n${dotEnvVariables.join(', ')}.\nIt never overrides a variable that is already set and never raises a limit; its other variables are\nignored, since the file may have come with the repository.\nNO_COLOR, FORCE_COLOR, CI and TERM=dumb are respected.\n`;
}

function configuration(factory: Factory): string {
  const folders = factory.configFolders().map((folder, at) => `  ${at + 1}. ${folder}`);
  return `Configuration files are read from these folders, if they exist; later folders win:

${folders.join('\n')}

  models.json    aliases, for each task the candidates in the order they are tried, own tasks
  policies.json  output, temperature, effort, caps, timeouts, retries, breaker, budgets, languages,
                 rules: files such as AGENTS.md that go with every request
  catalog.json   one card per model: prices, windows, efforts, shutdown date, successor

Objects are merged key by key; lists are replaced. The folder .orch/ of a project may have come
with the repository, so it may only tighten: lower limits, less effort, fewer or reordered models
among those that you route to. What it sets besides is ignored, with a note; to trust a folder,
name it in ORCH_CONF. Environment variables override the files,
and command-line options override both.
The JSON Schemas are in ${folders[0]?.trim().replace(/^1\. /, '')}:
set "$schema" to the path of one, and your editor completes the keys.

Example of your own models.json:

  { "aliases": { "mini": "gpt-5.4-mini" }, "routing": { "docs": ["mini", { "alias": "full", "effort": "low" }] } }
`;
}
