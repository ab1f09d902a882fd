/**
 * What each alias stands for today, what of it the key can use, and where the provider names another day for a
 * model's end than the catalogue does.
 */
import type { Config, ConfigFileName } from '../config/config.ts';
import { originOf } from '../config/layers.ts';
import { describeHop, type LifeCycleContext, resolveModel, shutdownWarning } from '../models/life-cycle.ts';
import { apiId, findCard } from '../models/model-card.ts';
import { taskKinds } from '../tasks/tasks.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

export interface ListedModel {
  id: string;
  /** `YYYY-MM-DD`; null: the provider names no day; undefined: it does not tell such days. */
  shutdown: string | null | undefined;
}

export interface ModelOptions {
  config: Config;
  /** UTC day. */
  today: string;
  /** Folder of the package's own files. */
  givenFolder: string;
  /** Folder that an override of the user's own goes to. */
  overrideFolder: string;
}

/** Every alias, and the models that are named without one. */
function names({ aliases, routing }: Config): Map<string, string> {
  const all = new Map(Object.entries(aliases));
  for (const task of taskKinds) {
    for (const spec of routing[task]) {
      const name = typeof spec === 'string' ? spec : spec.alias;
      if (!all.has(name)) all.set(name, name);
    }
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
 * The file that a value is to be written to: the user's own, unless a layer has set it already, since a file
 * below that one would not be heard.
 */
function fileFor(
  file: ConfigFileName,
  path: string,
  { config, givenFolder, overrideFolder }: ModelOptions,
): string {
  const origin = originOf(config.origins[file], path);
  return origin === undefined || origin.startsWith(givenFolder) ? `${overrideFolder}/${file}.json` : origin;
}

function aliasHint(name: string, model: string | undefined, facts: ModelOptions): string {
  const override = { aliases: { [name]: model ?? '…' } };
  return `write ${JSON.stringify(override)} into ${fileFor('models', `aliases.${name}`, facts)}`;
}

export function aliasFindings(facts: ModelOptions): Finding[] {
  return [...names(facts.config)].map(([name, id]) => {
    const resolved = resolveModel(id, lifeCycle(facts));
    const { model, hops, dead, card } = resolved;
    const finding = `alias.${name}`;
    const chain = [...new Set([name, id, ...hops.map(({ to }) => to)])].join(' → ');
    const hint = aliasHint(name, card?.successor, facts);
    if (dead !== undefined) return problem(finding, `${chain}: ${dead}`, aliasHint(name, undefined, facts));
    const ending = shutdownWarning(resolved);
    const notes = hops.map(describeHop);
    if (ending !== undefined) return warning(finding, [chain, ...notes, ending].join('; '), hint);
    if (card?.shutdown !== undefined) notes.push(`${model} shuts down on ${card.shutdown}`);
    return ok(finding, [chain, ...notes].join('; '));
  });
}

export function accessFindings(facts: ModelOptions, listed: readonly ListedModel[]): Finding[] {
  const { config, overrideFolder } = facts;
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
    const meant = resolveModel(id, lifeCycle(facts));
    if (meant.dead !== undefined) continue;
    if (!notFound.has(meant.model)) {
      usable.add(meant.model);
      served.add(name);
      continue;
    }
    const instead = resolveModel(id, lifeCycle(facts, notFound));
    const guess = didYouMean(apiId(meant.model, meant.card), [...ids]);
    const replacement = instead.dead === undefined ? instead.model : guess;
    if (instead.dead === undefined) served.add(name);
    const what =
      instead.dead === undefined
        ? `${instead.model} takes its place`
        : 'calls go to the next candidate of the task';
    findings.push(
      warning(
        `access.${name}`,
        `the key cannot use ${apiId(meant.model, meant.card)}, which ${name} stands for: ${what}`,
        aliasHint(name, replacement, facts),
      ),
    );
  }
  for (const task of taskKinds) {
    const candidates = config.routing[task].map((spec) => (typeof spec === 'string' ? spec : spec.alias));
    if (candidates.some((name) => served.has(name))) continue;
    findings.push(
      problem(
        `access.${task}`,
        `the key can use none of the candidates of the task ${task}`,
        ids.size === 0
          ? 'the server lists no models at all: check OPENAI_BASE_URL and the permissions of the key'
          : `map their aliases to models that it lists, e.g. ${[...ids].slice(0, 3).join(', ')}, in ${overrideFolder}/models.json`,
      ),
    );
  }
  if (usable.size > 0) findings.unshift(ok('access', `the key can use ${[...usable].join(', ')}`));
  return findings;
}

/** A catalogue that is right about every model that the provider tells a day for has one finding, and it is ok. */
export function shutdownFindings(facts: ModelOptions, listed: readonly ListedModel[]): Finding[] {
  const { config } = facts;
  const told = listed.flatMap(({ id, shutdown }) => {
    const found = findCard(config.catalog, id);
    return found && shutdown !== undefined ? [{ ...found, shutdown: shutdown ?? undefined }] : [];
  });
  const findings = told
    .filter(({ card, shutdown }) => card.shutdown !== shutdown)
    .map(({ name, card, shutdown }) => {
      const file = fileFor('catalog', `models.${name}.shutdown`, facts);
      // A day that is set cannot be unset by a layer above: one that never comes does it.
      const override = { models: { [name]: { shutdown: shutdown ?? '9999-12-31' } } };
      return warning(
        `shutdown.${name}`,
        `${name} shuts down ${onDay(shutdown)} by the provider's word, ${onDay(card.shutdown)} by the catalogue`,
        `write ${JSON.stringify(override)} into ${file}`,
      );
    });
  if (findings.length > 0 || told.length === 0) return findings;
  return [ok('shutdown', `the catalogue agrees with the provider on the end of ${told.length} models`)];
}

function onDay(day: string | undefined): string {
  return day === undefined ? 'on no known day' : `on ${day}`;
}
