import { describe, expect, it } from 'vitest';
import { readMemories, runsCommands, searchArguments } from '../../../src/core/memories/memories.ts';

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

  it('gives as many as are asked for, each of bounded length', () => {
    const many = JSON.stringify(Array.from({ length: 50 }, () => `${'a'.repeat(1999)}\u{1f600}`));
    const { memories } = readMemories([many], 3);
    expect(memories.map(({ text }) => text)).toEqual(Array(3).fill(`${'a'.repeat(1999)}…`));
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
