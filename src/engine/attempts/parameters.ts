/**
 * The parameters of a request, in one list. What is sent, what is left out when a server refuses it, and what is
 * remembered of that for the process follow from its rows: a new parameter is a row (and a field of `GenerateRequest`).
 */
import type { GenerateRequest } from '../ports.ts';

interface Parameter {
  /** As the API names it; a dot is a level in the body. */
  name: string;
  /** Further names under which a server refuses it. */
  alsoNamed?: readonly string[];
  /** What is sent; undefined: nothing. */
  value(request: GenerateRequest): unknown;
  /** How the request changes when it is left out. Absent: the request makes no sense without it. */
  without?: Partial<GenerateRequest>;
}

export const parameters = [
  { name: 'model', value: ({ model }) => model },
  {
    name: 'instructions',
    value: ({ instructions, instructionsFirst }) => (instructionsFirst ? undefined : instructions),
  },
  { name: 'input', value: inputOf },
  { name: 'max_output_tokens', value: ({ maxOutputTokens }) => maxOutputTokens },
  { name: 'stream', value: ({ stream }) => stream, without: { stream: false } },
  {
    name: 'store',
    value: ({ withoutStore }) => (withoutStore ? undefined : false),
    without: { withoutStore: true },
  },
  { name: 'temperature', value: ({ temperature }) => temperature, without: { temperature: undefined } },
  {
    name: 'reasoning.effort',
    alsoNamed: ['reasoning'],
    value: ({ effort }) => effort,
    without: { effort: undefined },
  },
  {
    name: 'text.verbosity',
    alsoNamed: ['text'],
    value: ({ verbosity }) => verbosity,
    without: { verbosity: undefined },
  },
  { name: 'service_tier', value: ({ serviceTier }) => serviceTier, without: { serviceTier: undefined } },
  {
    // Without a breakpoint in the input, this turns caching off.
    name: 'prompt_cache_options',
    alsoNamed: ['prompt_cache_options.mode', 'prompt_cache_breakpoint'],
    value: ({ cachedLength }) => (cachedLength === undefined ? undefined : { mode: 'explicit' }),
    without: { cachedLength: undefined, instructionsFirst: undefined },
  },
  { name: 'prompt_cache_key', value: ({ cacheKey }) => cacheKey, without: { cacheKey: undefined } },
] as const satisfies readonly Parameter[];

const rows: readonly Parameter[] = parameters;

/** The body of a request in the terms of the Responses API. */
export function bodyOf(request: GenerateRequest): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const { name, value } of rows) {
    const sent = value(request);
    if (sent === undefined) continue;
    const [key, inner] = name.split('.') as [string, string?];
    body[key] = inner === undefined ? sent : { ...(body[key] as object), [inner]: sent };
  }
  return body;
}

/** The messages hold the same text as the string would, with a mark at the end of what is to be cached. */
function inputOf({ instructions, input, instructionsFirst, cachedLength = 0 }: GenerateRequest): unknown {
  if (cachedLength === 0) return input;
  const content = [
    {
      type: 'input_text',
      text: input.slice(0, cachedLength),
      prompt_cache_breakpoint: { mode: 'explicit' },
    },
    { type: 'input_text', text: input.slice(cachedLength) },
  ];
  const lead = instructionsFirst ? [{ role: 'developer', content: instructions }] : [];
  return [...lead, { role: 'user', content }];
}

const refusable = new Map<string, Partial<GenerateRequest>>();
for (const { name, alsoNamed = [], without } of rows) {
  if (without) for (const each of [name, ...alsoNamed]) refusable.set(each, without);
}

/**
 * The parameter that a server means, if the request can do without it. A field inside the input is named with its
 * place: `input[0].content[0].prompt_cache_breakpoint`.
 */
export function refusableName(name: string): string | undefined {
  if (refusable.has(name)) return name;
  return [...refusable.keys()].find((known) => known.includes('_') && name.endsWith(`.${known}`));
}

/** Returns the same object when the parameter is not in the request. */
export function withoutParameter(request: GenerateRequest, name: string): GenerateRequest {
  const changed = { ...request, ...refusable.get(name) };
  const keys = Object.keys(changed) as (keyof GenerateRequest)[];
  return keys.every((key) => changed[key] === request[key]) ? request : changed;
}
