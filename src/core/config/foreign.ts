/**
 * What a layer that may be someone else's (a repository's `.orch/`, its `.env`) may change. A key is ignored unless its
 * rule says otherwise, and then it may only tighten: less cost, fewer models, shorter waits than the user has.
 */
import type { OwnTasks } from '../tasks/own-tasks.ts';
import { type ReasoningEffort, reasoningEfforts, type TaskKind, tasks } from '../tasks/tasks.ts';
import { isPlainObject, type Layer } from './layers.ts';
import {
  type CandidateSpec,
  generationFor,
  type ModelsLayer,
  type Policies,
  type PolicyTask,
} from './policy.ts';
import type { ConfigProblem } from './problem.ts';
import { leastTimeout } from './timeouts.ts';

/**
 * `at-most`: a number or an effort, up to the user's own; false in place of true. `routed`: names of models, among those that the user's own
 * configuration routes to. `added`: a list, whose entries are added to the user's own.
 */
export type ForeignRule = 'ignore' | 'at-most' | 'routed' | 'added';

/** A rule per key; `*` stands for every key of a record, such as an alias or a task. */
export interface ForeignRules {
  readonly [key: string]: ForeignRule | ForeignRules;
}

/** The configuration without foreign layers. */
export interface OwnConfig {
  /** Whether a name is an alias or a model of the catalogue. */
  isKnown: (name: string) => boolean;
  aliases: Readonly<Record<string, string>>;
  routing: Partial<Record<TaskKind, CandidateSpec[]>>;
  tasks: OwnTasks;
  policies: Policies;
}

export interface Tightened {
  layer: Layer;
  /** Dotted paths of the keys that have no effect; those that repeat the user's own value are not among them. */
  ignored: string[];
}

/** `own` is the merged value of the same file. */
export function tightened(
  layer: Layer,
  rules: ForeignRules,
  own: unknown,
  judge: (path: readonly string[], rule: ForeignRule, value: unknown) => unknown,
): Tightened {
  const ignored: string[] = [];
  const walk = (value: unknown, rule: ForeignRule | ForeignRules, mine: unknown, path: string[]): unknown => {
    if (typeof rule === 'object' && isPlainObject(value)) {
      const kept = Object.entries(value).map(([key, item]) => {
        const own = isPlainObject(mine) && Object.hasOwn(mine, key) ? mine[key] : undefined;
        const here = Object.hasOwn(rule, key) ? rule[key] : rule['*'];
        return [key, key === '__proto__' ? undefined : walk(item, here ?? 'ignore', own, [...path, key])];
      });
      const entries = kept.filter(([, item]) => item !== undefined);
      return entries.length === 0 ? undefined : Object.fromEntries(entries);
    }
    if (same(value, mine)) return value;
    if (rule === 'added')
      return [...new Set([...((mine as string[] | undefined) ?? []), ...(value as string[])])];
    const kept = typeof rule === 'object' || rule === 'ignore' ? undefined : judge(path, rule, value);
    if (!same(kept, value) && path[0] !== '$schema') ignored.push(path.map(shownKey).join('.'));
    return kept;
  };
  return { layer: { ...layer, value: walk(layer.value, rules, own, []) }, ignored };
}

/** Decides on a value with a rule: returns what remains of it, undefined for nothing. */
export function judgeAgainst(own: OwnConfig) {
  return (path: readonly string[], rule: ForeignRule, value: unknown): unknown => {
    const [section, key = ''] = path;
    // A limit for a name that leads nowhere is an error in the user's own files.
    if ((section === 'caps' || section === 'timeouts') && key !== 'default' && !own.isKnown(key))
      return undefined;
    const perTask =
      section === 'overrides' ? key : section === 'budgets' && key === 'perTaskUsd' ? path[2] : '';
    if (perTask !== '' && policyTask(perTask!, own.tasks) === undefined) return undefined;
    if (rule === 'at-most') return isAtMost(value, limitAt(path, own)) ? value : undefined;
    if (section === 'aliases') return mayRepoint(key, value, own) ? value : undefined;
    if (section === 'routing') return listAmong(own, key as TaskKind, value as CandidateSpec[]);
    return value === null || routedNames(own).has(value as string) ? value : undefined;
  };
}

/** Longer lists are counted. */
const shownKeys = 6;

export function ignoredNote(origin: string, keys: readonly string[]): string {
  // A variable sets a single key.
  if (origin.startsWith('.env: ')) return `ignored in ${origin} (it may only lower your own limit)`;
  return `ignored in ${fileOf(origin)}: ${some(keys)} (a repository may only tighten your own settings; set ORCH_CONF to its folder to trust it)`;
}

/** A line per file with problems. Their messages may repeat a value, which is text from outside, and are left out. */
export function unsoundNotes(problems: readonly ConfigProblem[]): string[] {
  const files = new Map<string, string[]>();
  for (const { origin, path } of problems) {
    const paths = files.get(origin);
    if (paths) paths.push(path);
    else files.set(origin, [path]);
  }
  return [...files].map(([origin, paths]) => {
    const keys = paths.includes('')
      ? ''
      : `: ${some(paths.map((path) => path.split('.').map(shownKey).join('.')))}`;
    return `ignored ${keys === '' ? '' : 'in '}${fileOf(origin)}${keys} (not valid: orch config list says why)`;
  });
}

/** Says which models a layer that may be someone else's chooses: another of the user's may cost more. */
export function choiceNote(origin: string, kept: ModelsLayer, own: ModelsLayer): string | undefined {
  const keys = (['aliases', 'routing'] as const).flatMap((section) => {
    const mine: Readonly<Record<string, unknown>> = own[section] ?? {};
    const chosen = Object.entries(kept[section] ?? {}).filter(([key, value]) => !same(value, mine[key]));
    return chosen.map(([key]) => `${section}.${shownKey(key)}`);
  });
  return keys.length === 0
    ? undefined
    : `${fileOf(origin)} chooses the models: ${some(keys)} (only from those that you route to; -m takes another)`;
}

/** The file of an origin, short enough for a message. */
export const fileOf = (origin: string) => origin.split(/[\\/]/).slice(-2).join('/');

function some(keys: readonly string[]): string {
  const more = keys.length > shownKeys ? ` and ${keys.length - shownKeys} more` : '';
  return `${keys.slice(0, shownKeys).join(', ')}${more}`;
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** A key that the repository chose is text from outside. */
function shownKey(key: string): string {
  return /^[\w.-]{1,40}(\[\d{1,9}\])*$/.test(key) ? key : '…';
}

const lowestEffort = reasoningEfforts.find((effort) =>
  Object.values(tasks).some((task) => task.effort === effort),
);

/** What applies in the user's own configuration; undefined for no limit. */
function limitAt(path: readonly string[], { policies: own, tasks: ownTasks }: OwnConfig): unknown {
  const [section, name = '', key = ''] = path;
  switch (section) {
    case 'defaults':
      // Replaces the effort of every task.
      return { reasoning_effort: lowestEffort, ...own.defaults }[name as 'reasoning_effort'];
    case 'overrides':
      return generationFor(own, policyTask(name, ownTasks)!)[key as 'reasoning_effort'];
    case 'timeouts':
      return leastTimeout(own, name, key as 'totalMs');
    default: {
      let here: unknown = own;
      for (const part of path)
        here = isPlainObject(here) && Object.hasOwn(here, part) ? here[part] : undefined;
      return here;
    }
  }
}

/** Undefined for a name that no task has. */
function policyTask(name: string, own: OwnTasks): PolicyTask | undefined {
  if (Object.hasOwn(tasks, name)) return { task: name as TaskKind };
  const ownTask = Object.hasOwn(own, name) ? own[name] : undefined;
  return ownTask && { task: ownTask.base, ownTask: { name, effort: ownTask.effort } };
}

function isAtMost(value: unknown, limit: unknown): boolean {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return limit === undefined || value <= (limit as number);
  const rank = (effort: unknown) => reasoningEfforts.indexOf(effort as ReasoningEffort);
  return limit !== undefined && rank(value) <= rank(limit);
}

function nameOf(spec: CandidateSpec): string {
  return typeof spec === 'string' ? spec : spec.alias;
}

function routedNames({ routing, policies }: OwnConfig): Set<string> {
  return new Set([...Object.values(routing).flatMap((list) => list.map(nameOf)), ...policies.safetyCritical]);
}

/** Names for safety-critical work keep their models; a new name would escape the cap of the one it stands for. */
function mayRepoint(alias: string, model: unknown, own: OwnConfig): boolean {
  if (!Object.hasOwn(own.aliases, alias) || own.policies.safetyCritical.includes(alias)) return false;
  const models = [...routedNames(own)].map((name) =>
    Object.hasOwn(own.aliases, name) ? own.aliases[name] : name,
  );
  return models.includes(model as string);
}

/** The names of the list that the user routes to, none with more effort than the user's. */
function listAmong(
  own: OwnConfig,
  task: TaskKind,
  list: readonly CandidateSpec[],
): CandidateSpec[] | undefined {
  const names = routedNames(own);
  const kept = list
    .filter((spec) => names.has(nameOf(spec)))
    .map((spec): CandidateSpec => {
      const mine = (own.routing[task] ?? []).filter((other) => nameOf(other) === nameOf(spec));
      const limits = mine.map((other) => (typeof other === 'string' ? undefined : other.effort));
      const most = limits.map((effort) => effort ?? generationFor(own.policies, { task }).reasoning_effort);
      if (mine.length === 0) most.push(generationFor(own.policies, { task }).reasoning_effort);
      const fits = typeof spec !== 'string' && most.some((limit) => isAtMost(spec.effort, limit));
      return fits ? spec : (mine[0] ?? nameOf(spec));
    });
  return kept.length === 0 ? undefined : kept;
}
