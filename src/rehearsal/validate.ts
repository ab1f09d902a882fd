/**
 * The checks that the real service makes before it answers. Whatever it rejects must be rejected here with the
 * same status, code and parameter: a rehearsal is useless if the real request then fails.
 */
import { type Catalog, findCard, inputWindow, type ModelCard } from '../core/models/model-card.ts';
import { reasoningEfforts, verbosities } from '../core/tasks/tasks.ts';
import { asList, asObject, type Json } from '../core/text/json.ts';
import { inputTokens } from './answers/read-request.ts';
import type { ApiError } from './errors.ts';
import * as errors from './errors.ts';

export interface Models {
  catalog: Catalog;
  /** UTC day, YYYY-MM-DD. Models whose shutdown is on or before it are unavailable. */
  today: string;
}

/** Maximum characters of a string in a request. */
const maxStringLength = 10_485_760;
/** The provider rejects anything lower. */
const minOutputTokens = 16;

type TypeName = 'string' | 'boolean' | 'integer' | 'decimal' | 'object' | 'array' | 'any';

/** Every request parameter with its types. Null counts as absent. */
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
const cacheParameters = new Set(['mode', 'ttl']);
const serviceTiers = ['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'standard', 'ultrafast'];

/** The error that the service would return; undefined when the request is valid. */
export function validate(body: Json, models: Models): ApiError | undefined {
  return (
    checkParameters(body) ??
    checkNested(body, 'reasoning', reasoningParameters) ??
    checkNested(body, 'text', textParameters) ??
    checkNested(body, 'prompt_cache_options', cacheParameters) ??
    checkValues(body) ??
    checkModel(body, models)
  );
}

function checkParameters(body: Json): ApiError | undefined {
  for (const [name, value] of Object.entries(body)) {
    const types = Object.hasOwn(parameters, name) ? parameters[name]! : undefined;
    if (!types) return errors.unknownParameter(name);
    if (value === null || types.some((type) => hasType(value, type))) continue;
    const expected = types.map(withArticle).join(' or ');
    return errors.wrongType(name, types.length > 1 ? `one of ${expected}` : expected, kindOf(value));
  }
  if (body.model === undefined || body.model === null || body.model === '') return errors.missing('model');
  if (body.input === undefined || body.input === null) return errors.missing('input');
  return undefined;
}

function hasType(value: unknown, type: TypeName): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return asObject(value) !== undefined;
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
  if (asObject(value)) return 'an object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return `a ${typeof value}`;
}

function checkNested(body: Json, name: string, known: ReadonlySet<string>): ApiError | undefined {
  const unknown = Object.keys(asObject(body[name]) ?? {}).find((key) => !known.has(key));
  return unknown === undefined ? undefined : errors.unknownParameter(`${name}.${unknown}`);
}

/** Limits that apply to every model. */
function checkValues(body: Json): ApiError | undefined {
  for (const name of ['input', 'instructions'] as const) {
    const value = body[name];
    if (typeof value === 'string' && value.length > maxStringLength)
      return errors.stringTooLong(name, value.length, maxStringLength);
  }
  const cap = body.max_output_tokens;
  if (typeof cap === 'number' && cap < minOutputTokens)
    return errors.outOfRange('max_output_tokens', 'integer', cap, { least: minOutputTokens });
  for (const [name, most] of [
    ['temperature', 2],
    ['top_p', 1],
  ] as const) {
    const value = body[name];
    if (typeof value !== 'number') continue;
    if (value < 0) return errors.outOfRange(name, 'decimal', value, { least: 0 });
    if (value > most) return errors.outOfRange(name, 'decimal', value, { most });
  }
  const effort = nested(body, 'reasoning', 'effort');
  if (effort !== undefined && !includes(reasoningEfforts, effort))
    return errors.invalidValue('reasoning.effort', String(effort), reasoningEfforts);
  const verbosity = nested(body, 'text', 'verbosity');
  if (verbosity !== undefined && !includes(verbosities, verbosity))
    return errors.invalidValue('text.verbosity', String(verbosity), verbosities);
  const tier = body.service_tier ?? undefined;
  if (tier !== undefined && !includes(serviceTiers, tier))
    return errors.invalidValue('service_tier', String(tier), serviceTiers);
  return undefined;
}

/** Checks that depend on the model's card. */
function checkModel(body: Json, models: Models): ApiError | undefined {
  const model = String(body.model);
  const found = findCard(models.catalog, model);
  if (!found || isRetired(found.card, models.today)) return errors.unknownModel(model);
  const { card } = found;

  const effort = nested(body, 'reasoning', 'effort');
  if (card.efforts?.length === 0) {
    const name = ['effort', 'summary'].find((key) => nested(body, 'reasoning', key) !== undefined);
    if (name) return errors.unsupportedParameter(`reasoning.${name}`);
  } else if (card.efforts && effort !== undefined && !includes(card.efforts, effort)) {
    return errors.unsupportedValue('reasoning.effort', String(effort), model, card.efforts);
  }
  for (const name of ['temperature', 'top_p'] as const) {
    if (typeof body[name] === 'number' && !takesSampling(card, body)) return errors.unsupportedSampling(name);
  }
  const verbosity = nested(body, 'text', 'verbosity');
  if (verbosity !== undefined && card.verbosity === false) {
    return verbosity === 'medium'
      ? errors.unsupportedParameter('text.verbosity')
      : errors.unsupportedValue('text.verbosity', String(verbosity), model, ['medium']);
  }
  if (!card.cacheBreakpoints) {
    if (asObject(body.prompt_cache_options)) return errors.unsupportedParameter('prompt_cache_options');
    const breakpoint = breakpointIn(body);
    if (breakpoint !== undefined) return errors.unsupportedBreakpoint(breakpoint);
  }
  const cap = body.max_output_tokens;
  if (typeof cap === 'number' && card.maxOutputTokens !== undefined && cap > card.maxOutputTokens)
    return errors.outOfRange('max_output_tokens', 'integer', cap, { most: card.maxOutputTokens });
  return inputTokens(body) > inputWindow(card) ? errors.windowExceeded : undefined;
}

/** Where the first breakpoint is, as the service names the place. */
function breakpointIn({ input }: Json): string | undefined {
  for (const [at, message] of asList(input).entries()) {
    const marked = asList(asObject(message)?.content).findIndex(
      (part) => asObject(part)?.prompt_cache_breakpoint !== undefined,
    );
    if (marked >= 0) return `input[${at}].content[${marked}].prompt_cache_breakpoint`;
  }
  return undefined;
}

export function isRetired({ shutdown }: ModelCard, today: string): boolean {
  return shutdown !== undefined && shutdown <= today;
}

/** The effective effort; undefined when the model does not reason or is unknown. */
export function effortOf(body: Json, card: ModelCard | undefined): string | undefined {
  const requested = nested(body, 'reasoning', 'effort');
  if (typeof requested === 'string') return requested;
  const efforts = card?.efforts ?? [];
  return (['none', 'medium'] as const).find((effort) => efforts.includes(effort)) ?? efforts[0];
}

function takesSampling(card: ModelCard, body: Json): boolean {
  if (card.temperature === 'always') return true;
  return card.temperature === 'effort-none' && effortOf(body, card) === 'none';
}

/** Null counts as absent. */
export function nested(body: Json, name: string, key: string): unknown {
  return asObject(body[name])?.[key] ?? undefined;
}

function includes(list: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && list.includes(value);
}
