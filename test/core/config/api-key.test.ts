/** What stands where a key should, found before it is sent anywhere. */
import { expect, it } from 'vitest';
import { keyFault } from '../../../src/core/config/api-key.ts';

/** Written apart, since it is no template. */
const dollar = '$';
const openai = { ownServer: false };
const own = { ownServer: true };

it.each([
  [`${dollar}{OPENAI_API_KEY}`, 'not expanded'],
  ['$OPENAI_API_KEY', 'not expanded'],
  [`${dollar}{env:OPENAI_API_KEY}`, 'not expanded'],
  [`${dollar}{{ secrets.OPENAI_API_KEY }}`, 'not expanded'],
  ['%OPENAI_API_KEY%', 'not expanded'],
  ['{{OPENAI_API_KEY}}', 'not expanded'],
  ['<your key>', 'not expanded'],
  ['process.env.OPENAI_API_KEY', 'not expanded'],
  ['$(cat key)', 'not expanded'],
  ['op://vault/openai/key', 'reference'],
  ['sk-...', 'abbreviated'],
  ['sk-proj-...', 'abbreviated'],
  ['sk-\u2026', 'abbreviated'],
  ['sk-ab****cd', 'abbreviated'],
  ['"sk-abcdefghijkl1234"', 'quotes'],
  ['sk-abc def', 'not valid'],
])('%s is no key, on any server', (key, what) => {
  for (const server of [openai, own]) expect(keyFault(key, server)?.message).toContain(what);
});

it.each([
  'sk-your-key-here',
  'your-api-key',
  'YOUR_OPENAI_API_KEY',
  'changeme',
  'REPLACE_ME',
  'sk-placeholder',
  'sk-xxxxxxxxxxxx',
  'TODO',
  'null',
  'dummy',
  'sk-',
])('%s is no key of OpenAI, but another server may take it', (key) => {
  expect(keyFault(key, openai)?.message).toBe('OPENAI_API_KEY is a placeholder');
  expect(keyFault(key, own)).toBeUndefined();
});

it.each([
  `sk-proj-${'aB3-_'.repeat(20)}`,
  'sk-1234567890abcdefghijklmnopqrstuv',
  `sk-proj-my${'a1B'.repeat(20)}me-placeholder`,
  `sk-svcacct-${'Zx9'.repeat(20)}`,
])('%s may be one', (key) => {
  expect(keyFault(key, openai)).toBeUndefined();
});
