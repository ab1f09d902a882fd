import { describe, expect, it } from 'vitest';
import {
  cutMemory,
  readMemories,
  runsCommands,
  searchArguments,
} from '../../../src/core/memories/memories.ts';

const texts = (...parts: string[]) => readMemories(parts, 10).memories.map(({ text }) => text);

describe('an answer', () => {
  it.each([
    ['a list', '["one", {"content": "two"}]', ['one', 'two']],
    ['one memory', '{"text": "one", "score": 1}', ['one']],
    ['a list below data', '{"data": {"memories": [{"memory": "one"}]}}', ['one']],
    [
      'with titles',
      '[{"title": "Deploy", "excerpt": "on Mondays"}, {"title": "A", "text": "A b"}]',
      ['Deploy\non Mondays', 'A b'],
    ],
    ['a text', 'We deploy on Mondays.', ['We deploy on Mondays.']],
    ['a text that looks like JSON', '{ not json', ['{ not json']],
    ['of blanks', ' \n', []],
    ['without memories', '{"results": []}', []],
    ['of other values', '[null, 3, true, {"text": 4}, {}, []]', []],
    ['nested without end', `${'{"data":'.repeat(5000)}1${'}'.repeat(5000)}`, []],
  ])('of %s', (_, text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  it('gives as many as are asked for, each with an id and tags of bounded length', () => {
    const tags = Array.from({ length: 50 }, () => 't'.repeat(300));
    const many = Array.from({ length: 50 }, () => ({ text: 'one', id: 'i'.repeat(300), tags }));
    const { memories } = readMemories([JSON.stringify(many)], 3);
    const bounded = { text: 'one', id: 'i'.repeat(200), tags: Array(20).fill('t'.repeat(100)) };
    expect(memories).toEqual(Array(3).fill(bounded));
  });

  it('has no error where there are memories all the same', () => {
    const { memories, error } = readMemories(['{"error": "one store is down"}', '["one"]'], 3);
    expect({ memories, error }).toEqual({ memories: [{ text: 'one', tags: [] }], error: undefined });
  });

  it.each([
    ['{"success": false, "error": "no store"}', 'no store'],
    ['{"error": {"message": "no store"}}', 'no store'],
    ['{"success": false, "message": "no store"}', 'no store'],
    ['{"success": false, "data": {"error": "no store"}}', 'no store'],
    ['{"success": true, "message": "fine", "results": []}', undefined],
  ])('%s has the reason %j', (text, error) => {
    expect(readMemories([text], 10)).toEqual({ memories: [], error });
  });
});

it('a long memory is cut, between two characters', () => {
  expect(cutMemory('a'.repeat(2000))).toBe('a'.repeat(2000));
  expect(cutMemory(`${'a'.repeat(1999)}\u{1f600}`)).toBe(`${'a'.repeat(1999)}…`);
});

describe('the arguments of a search tool', () => {
  const string = { type: 'string' };
  it.each([
    [
      { query: string, top_k: { type: 'integer' }, threshold: { type: 'number' } },
      ['query'],
      { query: 'x', top_k: 4 },
    ],
    [{ question: string, limit: { type: 'number' } }, [], { question: 'x', limit: 4 }],
    [{ subject: string, limit: string }, ['subject'], { subject: 'x' }],
    [{ query: string, project: string }, ['query', 'project'], undefined],
    [{ query: { type: 'number' } }, ['query'], undefined],
    [{ subject: string }, [], undefined],
  ])('by the properties %j, of which %j are required, are %j', (properties, required, expected) => {
    expect(searchArguments({ properties, required }, 'x', 4)).toEqual(expected);
  });

  it('cannot be known without a schema', () => {
    expect(searchArguments({}, 'x', 4)).toBeUndefined();
  });
});

it.each([
  ['cipher_bash', true],
  ['bash', true],
  ['run-shell', true],
  ['server.exec', true],
  ['cipher_memory_search', false],
  ['bashful_search', false],
])('a tool %s runs commands: %s', (tool, expected) => {
  expect(runsCommands(tool)).toBe(expected);
});
