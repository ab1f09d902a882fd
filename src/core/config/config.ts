/**
 * Builds one consistent configuration from the layers of the three files. Each layer is validated on its own
 * (so a problem names its file); the valid parts are then merged and checked across files.
 */
import type * as z from 'zod';
import { type Catalog, catalogSchema, findCard, foreignCatalog } from '../models/model-card.ts';
import type { OwnTasks } from '../tasks/own-tasks.ts';
import { type TaskKind, taskKinds } from '../tasks/tasks.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import {
  choiceNote,
  type ForeignRules,
  ignoredNote,
  judgeAgainst,
  tightened,
  unsoundNotes,
} from './foreign.ts';
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
  /** What is wrong in such layers, and therefore ignored; the notes name its keys. */
  unsound: ConfigProblem[];
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

/**
 * Throws `invalid-config` listing every problem, those of files that could not be read first. What is wrong in a layer
 * that may be someone else's is ignored: a repository must not be able to stop every call.
 */
export function buildConfig(layers: Record<ConfigFileName, readonly Layer[]>): Config {
  const problems: ConfigProblem[] = [];
  const unsound: ConfigProblem[] = [];
  for (const { unread, foreign } of configFileNames.flatMap((name) => layers[name])) {
    const known = foreign ? unsound : problems;
    // A folder that cannot be read is one problem, whatever is in it.
    if (unread && !known.some(({ origin }) => origin === unread.origin)) known.push(unread);
  }
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
      const found = problemsOf(layer, parsed.error, schema);
      (layer.foreign ? unsound : faults[name]).push(...found);
      return soundPart(layer, parsed.error, schema) ?? [];
    });
    problems.push(...faults[name]);
  }
  const within = mergedWithin(sound);
  const { merged } = within;
  const notes = [...unsoundNotes(unsound), ...within.notes];
  const own = (name: ConfigFileName) => layers[name].filter(({ foreign }) => !foreign);
  const declared = {
    aliases: declaredIn(own('models'), 'aliases', ['routing', 'tasks']),
    cards: declaredIn(own('catalog'), 'models', ['billing']),
    tasks: declaredIn(own('models'), 'tasks', ['aliases', 'routing']),
  };

  // Lazy: most calls name no origin.
  const origins = {} as Config['origins'];
  for (const name of configFileNames)
    Object.defineProperty(origins, name, { get: () => merged[name].origins, enumerable: true });
  const catalog = completeCatalog(merged.catalog);
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
  // A layer may set a part of a task that a weaker one declares.
  for (const [task, { base }] of Object.entries(tasks)) {
    const path = `tasks.${task}.base`;
    if (base !== undefined || isConsequence(path, faults.models)) continue;
    problems.push({
      origin: firstOriginBelow(merged.models.origins, `tasks.${task}.`) ?? 'models.json',
      path,
      message: `is missing: it is one of ${taskKinds.join(', ')}`,
      hint: `use one of: ${taskKinds.join(', ')}`,
    });
  }
  const config: Config = { aliases, routing, tasks, policies, catalog, notes, unsound, origins };
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
  const { aliases = {}, routing = {}, tasks = {} } = own.models.value as ModelsLayer;
  const catalog = completeCatalog(own.catalog);
  const judge = judgeAgainst({
    isKnown: (name) => Object.hasOwn(aliases, name) || findCard(catalog, name) !== undefined,
    aliases,
    routing: routing as Partial<Config['routing']>,
    tasks: tasks as OwnTasks,
    policies: completePolicies(own.policies.value as PoliciesLayer),
  });
  const notes: string[] = [];
  const merged = mergedFiles((layer, name) => {
    if (!layer.foreign) return layer;
    const within = tightened(layer, foreignRules[name], own[name].value, judge);
    if (within.ignored.length > 0) notes.push(ignoredNote(layer.origin, within.ignored));
    if (name === 'models') {
      const kept = (within.layer.value ?? {}) as ModelsLayer;
      const note = choiceNote(layer.origin, kept, own.models.value as ModelsLayer);
      if (note !== undefined) notes.push(note);
    }
    return within.layer;
  });
  return { merged, notes };
}

function completeCatalog({ value }: Merged): Catalog {
  const layer = value as z.infer<ReturnType<typeof catalogSchema>>;
  const longContext = layer.billing?.longContext;
  return {
    version: layer.version ?? 'unnamed',
    billing: {
      longContext: {
        aboveInputTokens: longContext?.aboveInputTokens ?? Number.POSITIVE_INFINITY,
        inputFactor: longContext?.inputFactor ?? 1,
        outputFactor: longContext?.outputFactor ?? 1,
      },
      tiers: layer.billing?.tiers ?? {},
      tierNames: layer.billing?.tierNames ?? {},
      completionWindows: layer.billing?.completionWindows ?? {},
    },
    models: layer.models ?? {},
  };
}

function firstOriginBelow(origins: Origins, prefix: string): string | undefined {
  for (const [path, origin] of origins) if (path.startsWith(prefix)) return origin;
  return undefined;
}

function crossFileProblems(
  { aliases, routing, tasks, policies, catalog, origins }: Config,
  declared: Record<'aliases' | 'cards' | 'tasks', Declared>,
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

  // A model need not be in the catalogue, but an alias of an alias leads nowhere.
  for (const [alias, id] of Object.entries(aliases)) {
    if (declared.aliases.names.has(id) && !hasCard(id)) {
      const model = Object.hasOwn(aliases, id) && id !== alias ? aliases[id] : undefined;
      report(
        'models',
        `aliases.${alias}`,
        `${id} is an alias, not a model id`,
        [],
        model === undefined ? 'use a model id' : `use "${model}"`,
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
  for (const key of ['allow', 'deny'] as const) {
    for (const name of policies.models[key]) {
      if (!known(name)) {
        report(
          'policies',
          `models.${key}`,
          `unknown alias or model "${name}"`,
          [...names, ...cards],
          `add a card "${name}" to catalog.json`,
        );
      }
    }
  }
  const taskNames = [...taskKinds, ...declared.tasks.names];
  const perTask = { overrides: policies.overrides, 'budgets.perTaskUsd': policies.budgets.perTaskUsd };
  for (const [section, byTask] of Object.entries(perTask)) {
    for (const name of Object.keys(byTask)) {
      if (taskNames.includes(name) || declared.tasks.more) continue;
      const otherwise = `use one of: ${taskNames.join(', ')}`;
      report('policies', `${section}.${name}`, `unknown task "${name}"`, taskNames, otherwise);
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
