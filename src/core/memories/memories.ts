/**
 * What the answer of a memory server holds, and what its search tool is asked. Servers agree on neither: the names here
 * are those that known ones use.
 */
import { isPlainObject } from '../config/layers.ts';

/** What a memory server remembers. */
export interface Memory {
  id?: string | undefined;
  text: string;
  /** As the server gives it, usually from 0 to 1. */
  score?: number | undefined;
  tags: string[];
}

export interface MemoryAnswer {
  memories: readonly Memory[];
  /** What the server gives as the reason why there are none. */
  error?: string | undefined;
}

/** A memory is a note, and a search adds several to a conversation. */
const longestMemory = 2000;

/** To be cut once the secrets are out of it: a part of a key does not look like one. */
export function cutMemory(text: string): string {
  if (text.length <= longestMemory) return text;
  return `${text.slice(0, longestMemory).replace(/[\ud800-\udbff]$/, '')}…`;
}

const names = {
  lists: ['results', 'memories', 'matches', 'items', 'data'],
  text: ['text', 'content', 'memory', 'excerpt', 'summary', 'value'],
  score: ['similarity', 'score', 'relevance'],
  id: ['id', 'path', 'uuid', 'key'],
};

/** `texts`: the text parts of the answer. One that is no JSON is a memory itself. */
export function readMemories(texts: readonly string[], limit: number): MemoryAnswer {
  const memories: Memory[] = [];
  let error: string | undefined;
  for (const text of texts) {
    const value = parsed(text);
    if (typeof value === 'string') memories.push(...memoryOf(value));
    else {
      memories.push(...listIn(value).flatMap(memoryOf));
      error ??= errorIn(value);
    }
  }
  return { memories: memories.slice(0, limit), error: memories.length === 0 ? error : undefined };
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function listIn(value: unknown, depth = 0): unknown[] {
  if (Array.isArray(value)) return value;
  if (!isPlainObject(value) || depth > 2) return [];
  for (const name of names.lists) {
    const list = listIn(value[name], depth + 1);
    if (list.length > 0) return list;
  }
  // A single one, without a list around it.
  return depth === 0 ? [value] : [];
}

function memoryOf(value: unknown): Memory[] {
  const from: Record<string, unknown> = isPlainObject(value) ? value : { text: value };
  const title = typeof from.title === 'string' ? from.title.trim() : '';
  const body = firstText(from, names.text)?.trim() ?? '';
  const text = title === '' || body.startsWith(title) ? body : `${title}\n${body}`.trim();
  if (text === '') return [];
  const score = names.score.map((name) => from[name]).find((each) => typeof each === 'number');
  const tags = Array.isArray(from.tags) ? from.tags.filter((tag) => typeof tag === 'string') : [];
  const id = names.id.map((name) => from[name]).find((each) => ['string', 'number'].includes(typeof each));
  return [
    {
      ...(id === undefined ? {} : { id: String(id).slice(0, 200) }),
      text,
      ...(score === undefined ? {} : { score }),
      tags: tags.slice(0, 20).map((tag) => tag.slice(0, 100)),
    },
  ];
}

function firstText(from: Record<string, unknown>, keys: readonly string[]): string | undefined {
  return keys.map((key) => from[key]).find((each): each is string => typeof each === 'string');
}

function errorIn(value: unknown, depth = 0): string | undefined {
  if (!isPlainObject(value) || depth > 2) return undefined;
  const { error, message, success, data } = value;
  if (typeof error === 'string') return error;
  if (isPlainObject(error) && typeof error.message === 'string') return error.message;
  return success === false && typeof message === 'string' ? message : errorIn(data, depth + 1);
}

const queryNames = ['query', 'q', 'question', 'text', 'message', 'prompt', 'search'];
const limitNames = ['top_k', 'limit', 'k', 'max_results', 'n_results', 'topK', 'maxResults'];

/**
 * The arguments of a search tool, by the properties of its schema. Undefined if none of them can be the query, or it
 * requires more than can be filled in.
 */
export function searchArguments(
  schema: { properties?: Record<string, unknown> | undefined; required?: readonly string[] | undefined },
  query: string,
  limit: number,
): Record<string, unknown> | undefined {
  const properties = isPlainObject(schema.properties) ? schema.properties : {};
  const required = schema.required ?? [];
  const ofType = (name: string, ...types: string[]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return isPlainObject(property) && types.includes(property.type as string);
  };
  const queryName =
    queryNames.find((name) => ofType(name, 'string')) ?? required.find((name) => ofType(name, 'string'));
  if (queryName === undefined) return undefined;
  const limitName = limitNames.find((name) => ofType(name, 'number', 'integer'));
  if (required.some((name) => name !== queryName && name !== limitName)) return undefined;
  return { [queryName]: query, ...(limitName === undefined ? {} : { [limitName]: limit }) };
}

/** Tools that run what they are given. They are never called, whatever the configuration says. */
export function runsCommands(tool: string): boolean {
  return /(^|[_.:-])(bash|shell|sh|exec|execute|terminal|run_command|command)$/i.test(tool);
}
