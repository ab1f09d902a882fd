/**
 * Checks what each alias resolves to today, which models the key can use, and whether shutdown dates in the
 * catalogue match the provider's.
 */

import type { Config, ConfigFileName } from '../config/config.ts';
import { originOf } from '../config/layers.ts';
import { describeHop, type LifeCycleContext, resolveModel, shutdownWarning } from '../models/life-cycle.ts';
import { apiId, findCard } from '../models/model-card.ts';
import { candidatesByTask } from '../tasks/own-tasks.ts';
import { taskKinds } from '../tasks/tasks.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { isPlainWord } from '../text/shell-word.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export interface ListedModel {
  id: string;
  /** `YYYY-MM-DD`; null when no shutdown is announced, undefined when the server does not report shutdowns. */
  shutdown: string | null | undefined;
}

export interface ModelOptions {
  config: Config;
  /** UTC day. */
  today: string;
  /** Folder of the configuration in the package. */
  packagedFolder: string;
  /** Folder for the user's overrides. */
  overrideFolder: string;
}

/** Every alias, and every model that routing names directly. */
function names({ aliases, routing, tasks }: Config): Map<string, string> {
  const all = new Map(Object.entries(aliases));
  for (const spec of candidatesByTask(routing, tasks).flatMap(([, specs]) => specs)) {
    const name = typeof spec === 'string' ? spec : spec.alias;
    if (!all.has(name)) all.set(name, name);
  }
  return all;
}

function lifeCycle(
  { config, today }: ModelOptions,
  notFound: ReadonlySet<string> = new Set(),
): LifeCycleContext {
  return { catalog: config.catalog, today, notFound };
}

/**
 * The file in which to change a value: the user's own, unless another layer sets the value, which would then
 * take precedence.
 */
function fileFor(
  file: ConfigFileName,
  path: string,
  { config, packagedFolder, overrideFolder }: ModelOptions,
): string {
  const origin = originOf(config.origins[file], path);
  return origin === undefined || origin.startsWith(packagedFolder)
    ? `${overrideFolder}/${file}.json`
    : origin;
}

/** A command, if nothing takes precedence over what it writes. */
function aliasHint(name: string, model: string | undefined, options: ModelOptions): string {
  if (model === undefined) return `choose another model for ${name}: orch models lists them`;
  const { overrideFolder } = options;
  const file = fileFor('models', `aliases.${name}`, options);
  if (file === `${overrideFolder}/models.json` && [name, model].every(isPlainWord))
    return `run: orch config set alias.${name} ${model}`;
  return `put ${JSON.stringify({ aliases: { [name]: model } })} in ${file}`;
}

/** `listed`: what the key has access to, if that is known. */
export function aliasFindings(options: ModelOptions, listed?: readonly ListedModel[]): Finding[] {
  const ids = listed && new Set(listed.map(({ id }) => id));
  return [...names(options.config)].map(([name, id]) => {
    const resolved = resolveModel(id, lifeCycle(options));
    const { model, hops, dead, card } = resolved;
    const finding = `alias.${name}`;
    const chain = [...new Set([name, id, ...hops.map(({ to }) => to)])].join(' → ');
    // Where the key has no access to the model, another finding says what to use: two commands would contradict.
    const hasAccess = !ids || ids.has(apiId(model, card));
    const hint = hasAccess ? aliasHint(name, card?.successor, options) : undefined;
    if (dead !== undefined) return problem(finding, `${chain}: ${dead}`, aliasHint(name, undefined, options));
    const ending = shutdownWarning(resolved);
    const notes = hops.map(describeHop);
    if (!card) notes.push('not in the catalogue, so its price is unknown');
    if (ending !== undefined) return warning(finding, [chain, ...notes, ending].join('; '), hint);
    if (card?.shutdown !== undefined) notes.push(`${model} shuts down on ${card.shutdown}`);
    return ok(finding, [chain, ...notes].join('; '));
  });
}

export function accessFindings(options: ModelOptions, listed: readonly ListedModel[]): Finding[] {
  const { config } = options;
  const ids = new Set(listed.map(({ id }) => id));
  const all = names(config);
  const notFound = new Set(
    [...Object.keys(config.catalog.models), ...all.values()].filter(
      (name) => !ids.has(apiId(name, findCard(config.catalog, name)?.card)),
    ),
  );
  const findings: Finding[] = [];
  const usable = new Set<string>();
  const served = new Set<string>();
  for (const [name, id] of all) {
    const resolved = resolveModel(id, lifeCycle(options));
    if (resolved.dead !== undefined) continue;
    if (!notFound.has(resolved.model)) {
      usable.add(resolved.model);
      served.add(name);
      continue;
    }
    const instead = resolveModel(id, lifeCycle(options, notFound));
    const guess = didYouMean(apiId(resolved.model, resolved.card), [...ids]);
    const replacement = instead.dead === undefined ? instead.model : guess;
    if (instead.dead === undefined) served.add(name);
    const what =
      instead.dead === undefined
        ? `${instead.model} is used instead`
        : 'calls fall back to the next candidate of the task';
    findings.push(
      warning(
        `access.${name}`,
        `the key has no access to ${apiId(resolved.model, resolved.card)} (${name}): ${what}`,
        aliasHint(name, replacement, options),
      ),
    );
  }
  for (const task of taskKinds) {
    const candidates = config.routing[task].map((spec) => (typeof spec === 'string' ? spec : spec.alias));
    if (candidates.some((name) => served.has(name))) continue;
    findings.push(
      problem(
        `access.${task}`,
        `the key has access to none of the candidates for task ${task}`,
        ids.size === 0
          ? 'the server lists no models: check OPENAI_BASE_URL and the permissions of the key'
          : `map their aliases to models that the server lists (${[...ids].slice(0, 3).join(', ')})${exampleOf(candidates[0]!, [...ids])}`,
      ),
    );
  }
  if (usable.size > 0) findings.unshift(ok('access', `the key has access to ${[...usable].join(', ')}`));
  return findings;
}

/** The names are the server's, and the command is one to paste. */
function exampleOf(alias: string, ids: readonly string[]): string {
  const model = ids.find(isPlainWord);
  return model !== undefined && isPlainWord(alias)
    ? `, such as: orch config set alias.${alias} ${model}`
    : '';
}

/** One `ok` finding when the catalogue agrees with the provider on every reported shutdown. */
export function shutdownFindings(options: ModelOptions, listed: readonly ListedModel[]): Finding[] {
  const { config } = options;
  const reported = listed.flatMap(({ id, shutdown }) => {
    const found = findCard(config.catalog, id);
    return found && shutdown !== undefined ? [{ ...found, shutdown: shutdown ?? undefined }] : [];
  });
  const findings = reported
    .filter(({ card, shutdown }) => card.shutdown !== shutdown)
    .map(({ name, card, shutdown }) => {
      const file = fileFor('catalog', `models.${name}.shutdown`, options);
      // A higher layer cannot unset a date, so use one in the far future.
      const override = { models: { [name]: { shutdown: shutdown ?? '9999-12-31' } } };
      return warning(
        `shutdown.${name}`,
        `${name}: shutdown ${onDay(shutdown)} according to the provider, ${onDay(card.shutdown)} in the catalogue`,
        `put ${JSON.stringify(override)} in ${file}`,
      );
    });
  if (findings.length > 0 || reported.length === 0) return findings;
  return [
    ok('shutdown', `the catalogue agrees with the provider on the shutdown of ${reported.length} models`),
  ];
}

function onDay(day: string | undefined): string {
  return day === undefined ? 'not announced' : `on ${day}`;
}
