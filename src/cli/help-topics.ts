/** `orch help exit-codes | environment | configuration`. */
import { environmentVariables, notFromDotEnv } from '../core/config/environment.ts';
import { errorCodes, exitStatusOf } from '../core/errors/orch-error.ts';
import type { Factory } from '../factory.ts';

export const exitStatuses: readonly { status: number; meaning: string }[] = [
  { status: 0, meaning: 'done' },
  { status: 1, meaning: 'the provider failed after every candidate, doctor found a problem, or a bug' },
  { status: 2, meaning: 'usage or configuration: flags, files, environment, conf' },
  { status: 3, meaning: 'no eligible model' },
  { status: 4, meaning: 'missing or refused key' },
  { status: 5, meaning: 'the answer was unusable: a patch that does not apply, empty, refused' },
  { status: 6, meaning: 'a budget or ceiling stopped it' },
  { status: 7, meaning: 'consensus disagreed' },
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
  return `Exit statuses, and the codes that --json errors carry:\n\n${rows.join('\n')}\n\nWith --json an error is {"error": {"code", "message", "hint"}} on standard output.\n`;
}

function environment(): string {
  const rows = environmentVariables.map(
    ({ name, description, default: fallback }) =>
      `  ${name.padEnd(22)} ${description}\n${' '.repeat(25)}Default: ${fallback}.`,
  );
  return `Environment variables:\n\n${rows.join('\n')}\n\nA .env file in the working directory is read for these names; it never overrides what is set,\ncannot set ${[...notFromDotEnv].join(', ')}, and its OPENAI_BASE_URL counts only beside its own OPENAI_API_KEY.\nNO_COLOR, FORCE_COLOR, CI and TERM=dumb are respected.\n`;
}

function configuration(factory: Factory): string {
  const folders = factory.configFolders().map((folder, at) => `  ${at + 1}. ${folder}`);
  return `Configuration files, in each of these folders where there are any; later ones win:

${folders.join('\n')}

  models.json    aliases, and per task the candidates in the order in which they are tried
  policies.json  output, temperature, effort, caps, time-outs, retries, breaker, budgets, languages
  catalog.json   one card per model: prices, windows, efforts, shutdown, successor

Objects merge by key, lists replace. The environment comes after the files, flags come last.
The schemas lie beside the files in ${folders[0]?.trim().replace(/^1\. /, '')}: name one in "$schema" and an editor completes the keys.

Example .orch/models.json:

  { "aliases": { "mini": "gpt-5.4-mini" }, "routing": { "docs": ["mini", { "alias": "full", "effort": "low" }] } }
`;
}
