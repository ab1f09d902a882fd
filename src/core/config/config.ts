/**
 * Builds one consistent configuration from the layers of the three files. Each layer is validated on its own
 * (so a problem names its file); the valid parts are then merged and checked across files.
 */
import type * as z from 'zod';
import {
  type Catalog,
  catalogSchema,
  findCard,
  foreignCatalog,
  type ModelCard,
  modelCardSchema,
} from '../models/model-card.ts';
import type { OwnTasks } from '../tasks/own-tasks.ts';
import { type TaskKind, taskKinds } from '../tasks/tasks.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { type ForeignRules, ignoredNote, judgeAgainst, tightened } from './foreign.ts';
import { type Layer, type Merged, mergeLayers, type Origins, originOf } from './layers.ts';
import {
  type CandidateSpec,
  completePolicies,
  foreignModels,
  foreignPolicies,
  type ModelsLayer,
  modelsSchema,
  type Policies,
  type PoliciesLayer,
  policiesSchema,
} from './policy.ts';
import { type ConfigProblem, problemsOf, refuseProblems } from './problem.ts';
import { type Declared, declaredIn, isConsequence, soundPart } from './soundness.ts';

export const configFileNames = ['models', 'policies', 'catalog'] as const;
export type ConfigFileName = (typeof configFileNames)[number];

export const configSchemas = { models: modelsSchema, policies: policiesSchema, catalog: catalogSchema };

export const foreignRules: Record<ConfigFileName, ForeignRules> = {
  models: foreignModels,
  policies: foreignPolicies,
  catalog: foreignCatalog,
};

export interface Config {
  aliases: Record<string, string>;
  routing: Record<TaskKind, CandidateSpec[]>;
  /** By name, besides the built-in ones. */
  tasks: OwnTasks;
  policies: Policies;
  catalog: Catalog;
  /** What a layer that may be someone else's sets without effect: a line per layer, with its keys. */
  notes: string[];
  /** Origin of each value: per file, dotted path to origin. */
  origins: Record<ConfigFileName, Origins>;
}

export interface ConfigInspection {
  /** Files read, weakest layer first. */
  files: string[];
  problems: ConfigProblem[];
  /** Undefined when there are problems. */
  config: Config | undefined;
}

/** Throws `invalid-config` listing every problem, those found while reading the files first. */
export function buildConfig(
  layers: Record<ConfigFileName, readonly Layer[]>,
  readingProblems: readonly ConfigProblem[] = [],
): Config {
  const problems: ConfigProblem[] = [...readingProblems];
  const faults = {} as Record<ConfigFileName, ConfigProblem[]>;
  const sound = {} as Record<ConfigFileName, Layer[]>;
  for (const name of configFileNames) {
    faults[name] = [];
    sound[name] = layers[name].flatMap((layer) => {
      if (layer.unread) return [];
      if (layer.isSound) return [layer];
      const schema = configSchemas[name]();
      const parsed = schema.safeParse(layer.value);
      if (parsed.success) return [layer];
      faults[name].push(...problemsOf(layer.origin, parsed.error, schema));
      return soundPart(layer, parsed.error, schema) ?? [];
    });
    problems.push(...faults[name]);
  }
  const { merged, notes } = mergedWithin(sound);
  const declared = {
    aliases: declaredIn(layers.models, 'aliases', ['routing', 'tasks']),
    cards: declaredIn(layers.catalog, 'models', ['billing']),
  };

  const origins = Object.fromEntries(
    configFileNames.map((name) => [name, merged[name].origins]),
  ) as Config['origins'];
  const { catalog, missing } = completeCatalog(merged.catalog);
  if (!layers.catalog.some(({ unread }) => unread))
    problems.push(...missing.filter(({ path }) => !isConsequence(path, faults.catalog)));
  // Valid layers merge into a valid whole; only required fields of a card can still be missing.
  const models = merged.models.value as ModelsLayer;
  const aliases = models.aliases ?? {};
  const routing = {} as Config['routing'];
  for (const task of taskKinds) {
    const list = models.routing?.[task];
    if (list) routing[task] = list;
    else if (!declared.aliases.more && !isConsequence(`routing.${task}`, faults.models)) {
      problems.push({
        origin: 'models.json',
        path: `routing.${task}`,
        message: 'has no candidates',
        hint: 'list at least one alias',
      });
    }
  }
  const policies = completePolicies(merged.policies.value as PoliciesLayer);
  const tasks = (models.tasks ?? {}) as OwnTasks;
  const config: Config = { aliases, routing, tasks, policies, catalog, notes, origins };
  problems.push(...crossFileProblems(config, declared));
  refuseProblems('invalid-config', problems);
  return config;
}

/** Merges the layers; those that may be someone else's only as far as they tighten the user's own. */
function mergedWithin(layers: Record<ConfigFileName, readonly Layer[]>): {
  merged: Record<ConfigFileName, Merged>;
  notes: string[];
} {
  const mergedFiles = (kept: (layer: Layer, name: ConfigFileName) => Layer | undefined) =>
    Object.fromEntries(
      configFileNames.map((name) => [
        name,
        mergeLayers(layers[name].flatMap((layer) => kept(layer, name) ?? [])),
      ]),
    ) as Record<ConfigFileName, Merged>;
  const own = mergedFiles((layer) => (layer.foreign ? undefined : layer));
  if (!configFileNames.some((name) => layers[name].some(({ foreign }) => foreign)))
    return { merged: own, notes: [] };
  const { aliases = {}, routing = {} } = own.models.value as ModelsLayer;
  const judge = judgeAgainst({
    aliases,
    routing: routing as Partial<Config['routing']>,
    policies: completePolicies(own.policies.value as PoliciesLayer),
  });
  const notes: string[] = [];
  const merged = mergedFiles((layer, name) => {
    if (!layer.foreign) return layer;
    const within = tightened(layer, foreignRules[name], own[name].value, judge);
    if (within.ignored.length > 0) notes.push(ignoredNote(layer.origin, within.ignored));
    return within.layer;
  });
  return { merged, notes };
}

function completeCatalog({ value, origins }: Merged): { catalog: Catalog; missing: ConfigProblem[] } {
  const layer = value as z.infer<ReturnType<typeof catalogSchema>>;
  const missing: ConfigProblem[] = [];
  const models: Record<string, ModelCard> = {};
  for (const [name, partial] of Object.entries(layer.models ?? {})) {
    // Each layer was validated, so a card with all required fields needs no second validation.
    if (isComplete(partial)) models[name] = partial;
    else {
      const { error } = modelCardSchema().safeParse(partial);
      const origin = firstOriginBelow(origins, `models.${name}.`) ?? 'catalog.json';
      for (const problem of error ? problemsOf(origin, error, modelCardSchema()) : []) {
        missing.push({ ...problem, path: `models.${name}.${problem.path}` });
      }
    }
  }
  const longContext = layer.billing?.longContext;
  const catalog: Catalog = {
    version: layer.version ?? 'unnamed',
    billing: {
      longContext: {
        aboveInputTokens: longContext?.aboveInputTokens ?? Number.POSITIVE_INFINITY,
        inputFactor: longContext?.inputFactor ?? 1,
        outputFactor: longContext?.outputFactor ?? 1,
      },
      tiers: layer.billing?.tiers ?? {},
    },
    models,
  };
  return { catalog, missing };
}

type RequiredOfCard = {
  [Key in keyof ModelCard]-?: undefined extends ModelCard[Key] ? never : Key;
}[keyof ModelCard];

const requiredOfCard = Object.keys({
  contextTokens: true,
  maxOutputTokens: true,
  usdPerMillionTokens: true,
  efforts: true,
  temperature: true,
} satisfies Record<RequiredOfCard, true>);

function isComplete(card: Partial<ModelCard>): card is ModelCard {
  return requiredOfCard.every((key) => Object.hasOwn(card, key));
}

function firstOriginBelow(origins: Origins, prefix: string): string | undefined {
  for (const [path, origin] of origins) if (path.startsWith(prefix)) return origin;
  return undefined;
}

function crossFileProblems(
  { aliases, routing, tasks, policies, catalog, origins }: Config,
  declared: Record<'aliases' | 'cards', Declared>,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const names = [...declared.aliases.names];
  const cards = Object.keys(catalog.models);
  const hasCard = (id: string) =>
    findCard(catalog, id) !== undefined || declared.cards.names.has(id) || declared.cards.more;
  const known = (name: string) => declared.aliases.names.has(name) || declared.aliases.more || hasCard(name);
  const report = (
    file: ConfigFileName,
    path: string,
    message: string,
    candidates: readonly string[],
    otherwise: string,
  ) => {
    const word = /"([^"]*)"/.exec(message)?.[1] ?? '';
    const guess = didYouMean(word, candidates);
    const origin =
      originOf(origins[file], path) ?? firstOriginBelow(origins[file], `${path}.`) ?? `${file}.json`;
    problems.push({ origin, path, message, hint: guess ? `did you mean ${guess}?` : otherwise });
  };

  for (const [alias, id] of Object.entries(aliases)) {
    if (!hasCard(id)) {
      report(
        'models',
        `aliases.${alias}`,
        `no model "${id}" in the catalogue`,
        cards,
        `add a card "${id}" to catalog.json`,
      );
    }
  }
  const lists = [
    ...taskKinds.map((task) => ({ path: `routing.${task}`, list: routing[task] ?? [] })),
    ...Object.entries(tasks).map(([name, { candidates = [] }]) => ({
      path: `tasks.${name}.candidates`,
      list: candidates,
    })),
  ];
  for (const { path, list } of lists) {
    for (const spec of list) {
      const name = typeof spec === 'string' ? spec : spec.alias;
      if (!known(name)) {
        report(
          'models',
          path,
          `unknown alias or model "${name}"`,
          [...names, ...cards],
          `add "${name}" to aliases`,
        );
      }
    }
  }
  for (const name of policies.safetyCritical) {
    if (!known(name)) {
      report(
        'policies',
        'safetyCritical',
        `unknown alias or model "${name}"`,
        [...names, ...cards],
        'use aliases from models.json',
      );
    }
  }
  for (const [language, alias] of Object.entries(policies.languages)) {
    if (alias !== null && !known(alias)) {
      report(
        'policies',
        `languages.${language}`,
        `unknown alias "${alias}"`,
        names,
        'use an alias from models.json',
      );
    }
  }
  for (const section of ['caps', 'timeouts'] as const) {
    for (const name of Object.keys(policies[section])) {
      if (!known(name) && !(section === 'timeouts' && name === 'default')) {
        report(
          'policies',
          `${section}.${name}`,
          `unknown alias "${name}"`,
          names,
          'use an alias from models.json',
        );
      }
    }
  }
  for (const [name, card] of Object.entries(catalog.models)) {
    if (card.successor !== undefined && !hasCard(card.successor)) {
      report(
        'catalog',
        `models.${name}.successor`,
        `no model "${card.successor}" in the catalogue`,
        cards,
        `add a card "${card.successor}"`,
      );
    }
  }
  return problems;
}
