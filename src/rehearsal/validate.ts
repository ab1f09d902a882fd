/**
 * The checks that the real service makes before it answers. Whatever it refuses must be refused here with the
 * same status, code and parameter: a request that passes in rehearsal and fails for money is worth nothing.
 */
import { type Catalog, findCard, inputWindow, type ModelCard } from '../core/models/model-card.ts';
import { reasoningEfforts, verbosities } from '../core/tasks/tasks.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Refusal } from './refusal.ts';
import * as refusal from './refusal.ts';
import { inputTokens, readText } from './request.ts';

export interface ValidationFacts {
  catalog: Catalog;
  /** UTC day, YYYY-MM-DD. */
  today: string;
  /** Models that no longer answer, whatever their card says: catalogue names or API ids. */
  retired: readonly string[];
}

/** Characters that one string of a request may have. */
export const longestString = 10_485_760;
/** The provider refuses less. */
const leastOutputTokens = 16;

type TypeName = 'string' | 'boolean' | 'integer' | 'decimal' | 'object' | 'array' | 'any';

/** Every parameter that a request may carry, with the types that it may have. Null counts as left out. */
const parameters: Record<string, readonly TypeName[]> = {
  background: ['boolean'],
  context_management: ['array'],
  conversation: ['string', 'object'],
  include: ['array'],
  input: ['string', 'array'],
  instructions: ['string', 'array'],
  max_output_tokens: ['integer'],
  max_tool_calls: ['integer'],
  metadata: ['object'],
  model: ['string'],
  moderation: ['object'],
  parallel_tool_calls: ['boolean'],
  previous_response_id: ['string'],
  prompt: ['object'],
  prompt_cache_key: ['string'],
  prompt_cache_options: ['object'],
  prompt_cache_retention: ['string'],
  reasoning: ['object'],
  safety_identifier: ['string'],
  service_tier: ['string'],
  store: ['boolean'],
  stream: ['boolean'],
  stream_options: ['object'],
  temperature: ['decimal'],
  text: ['object'],
  tool_choice: ['any'],
  tools: ['array'],
  top_logprobs: ['integer'],
  top_p: ['decimal'],
  truncation: ['string'],
  user: ['string'],
};
const reasoningParameters = new Set(['effort', 'summary', 'generate_summary', 'context', 'mode']);
const textParameters = new Set(['format', 'verbosity']);
const serviceTiers = ['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'standard'];

/** The refusal that a body earns, or undefined. */
export function refusalFor(body: JsonObject, facts: ValidationFacts): Refusal | undefined {
  return (
    checkParameters(body) ??
    checkNested(body, 'reasoning', reasoningParameters) ??
    checkNested(body, 'text', textParameters) ??
    checkValues(body) ??
    checkModel(body, facts)
  );
}

function checkParameters(body: JsonObject): Refusal | undefined {
  for (const [name, value] of Object.entries(body)) {
    const types = Object.hasOwn(parameters, name) ? parameters[name]! : undefined;
    if (!types) return refusal.unknownParameter(name);
    if (value === null || types.some((type) => hasType(value, type))) continue;
    const expected = types.map(withArticle).join(' or ');
    return refusal.wrongType(name, types.length > 1 ? `one of ${expected}` : expected, kindOf(value));
  }
  if (body.model === undefined || body.model === null || body.model === '') return refusal.missing('model');
  if (body.input === undefined || body.input === null) return refusal.missing('input');
  return undefined;
}

function hasType(value: unknown, type: TypeName): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'decimal':
      return typeof value === 'number';
    default:
      return typeof value === type;
  }
}

function withArticle(type: TypeName): string {
  return /^[aio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (isObject(value)) return 'an object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return `a ${typeof value}`;
}

function checkNested(body: JsonObject, name: string, known: ReadonlySet<string>): Refusal | undefined {
  const value = body[name];
  if (!isObject(value)) return undefined;
  const unknown = Object.keys(value).find((key) => !known.has(key));
  return unknown === undefined ? undefined : refusal.unknownParameter(`${name}.${unknown}`);
}

/** Bounds that hold for every model. */
function checkValues(body: JsonObject): Refusal | undefined {
  for (const name of ['input', 'instructions'] as const) {
    const value = body[name];
    if (typeof value === 'string' && value.length > longestString)
      return refusal.stringTooLong(name, value.length, longestString);
  }
  const cap = body.max_output_tokens;
  if (typeof cap === 'number' && cap < leastOutputTokens)
    return refusal.outOfRange('max_output_tokens', 'integer', cap, { least: leastOutputTokens });
  for (const [name, most] of [
    ['temperature', 2],
    ['top_p', 1],
  ] as const) {
    const value = body[name];
    if (typeof value !== 'number') continue;
    if (value < 0) return refusal.outOfRange(name, 'decimal', value, { least: 0 });
    if (value > most) return refusal.outOfRange(name, 'decimal', value, { most });
  }
  const effort = nested(body, 'reasoning', 'effort');
  if (effort !== undefined && !includes(reasoningEfforts, effort))
    return refusal.invalidValue('reasoning.effort', String(effort), reasoningEfforts);
  const verbosity = nested(body, 'text', 'verbosity');
  if (verbosity !== undefined && !includes(verbosities, verbosity))
    return refusal.invalidValue('text.verbosity', String(verbosity), verbosities);
  const tier = body.service_tier ?? undefined;
  if (tier !== undefined && !includes(serviceTiers, tier))
    return refusal.invalidValue('service_tier', String(tier), serviceTiers);
  return undefined;
}

/** What depends on the model's card. */
function checkModel(body: JsonObject, facts: ValidationFacts): Refusal | undefined {
  const model = String(body.model);
  const found = findCard(facts.catalog, model);
  if (!found || isRetired(found.name, found.card, facts)) return refusal.unknownModel(model);
  const { card } = found;

  const effort = nested(body, 'reasoning', 'effort');
  if (card.efforts.length === 0) {
    const name = ['effort', 'summary'].find((key) => nested(body, 'reasoning', key) !== undefined);
    if (name) return refusal.unsupportedParameter(`reasoning.${name}`);
  } else if (effort !== undefined && !includes(card.efforts, effort)) {
    return refusal.unsupportedValue('reasoning.effort', String(effort), model, card.efforts);
  }
  for (const name of ['temperature', 'top_p'] as const) {
    if (typeof body[name] === 'number' && !takesSampling(card, effort))
      return refusal.unsupportedSampling(name);
  }
  const verbosity = nested(body, 'text', 'verbosity');
  if (verbosity !== undefined && card.verbosity === false) {
    return verbosity === 'medium'
      ? refusal.unsupportedParameter('text.verbosity')
      : refusal.unsupportedValue('text.verbosity', String(verbosity), model, ['medium']);
  }
  const cap = body.max_output_tokens;
  if (typeof cap === 'number' && cap > card.maxOutputTokens)
    return refusal.outOfRange('max_output_tokens', 'integer', cap, { most: card.maxOutputTokens });
  return inputTokens(readText(body)) > inputWindow(card) ? refusal.windowExceeded : undefined;
}

export function isRetired(
  name: string,
  card: ModelCard,
  { today, retired }: Omit<ValidationFacts, 'catalog'>,
): boolean {
  if (retired.includes(name) || (card.api !== undefined && retired.includes(card.api))) return true;
  return card.shutdown !== undefined && card.shutdown <= today;
}

/** The effort that a model uses when the request names none; undefined: it does not reason. */
export function defaultEffort(card: ModelCard): string | undefined {
  if (card.efforts.length === 0) return undefined;
  if (card.efforts.includes('none')) return 'none';
  return card.efforts.includes('medium') ? 'medium' : card.efforts[0];
}

function takesSampling(card: ModelCard, effort: unknown): boolean {
  if (card.temperature === 'always') return true;
  return card.temperature === 'effort-none' && (effort ?? defaultEffort(card)) === 'none';
}

/** Null counts as left out. */
export function nested(body: JsonObject, name: string, key: string): unknown {
  const value = body[name];
  return isObject(value) ? (value[key] ?? undefined) : undefined;
}

function includes(list: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && list.includes(value);
}
