/** Code that does not parse is asked for again, with the place; then the next model. What cannot be parsed is let through. */
import { describe, expect, it } from 'vitest';
import type { DelegateRequest } from '../../../src/core/tasks/request.ts';
import { NotParsed } from '../../../src/engine/syntax-port.ts';
import { searchReplace } from '../../helpers/answers.ts';
import { sentInput } from '../../helpers/sent-input.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import { byModel } from '../../rehearsal/script.ts';
import { engineFixture } from '../engine-fixture.ts';

const text = (answer: string) => ({ kind: 'text', text: answer }) as const satisfies Scenario;
const alive = { codex: 'gpt-6.1-sol', mini: 'gpt-6.1-terra', chat: 'gpt-6-luna', full: 'gpt-6.2-sol' };
const before = 'export const one = 1;\n\nexport function two() {\n  return 2;\n}\n';

function answering(answer: Parameters<typeof byModel>[0], more: Parameters<typeof engineFixture>[0] = {}) {
  return engineFixture({
    answer: byModel(answer),
    models: { aliases: alive },
    files: { 'a.ts': before },
    ...more,
  });
}

const patch: Partial<DelegateRequest> = {
  task: 'refactor',
  instruction: 'write the numbers twice',
  files: ['a.ts'],
  shape: 'patch',
};
const generate: Partial<DelegateRequest> = {
  task: 'code_generate',
  shape: 'code',
  instruction: 'write a function that adds',
  language: 'typescript',
  files: [],
};
const good = searchReplace('a.ts', '  return 2;', '  return 22;');
const broken = searchReplace('a.ts', '  return 2;', '  if (true) {\n    return 22;');

describe('code that does not parse', () => {
  it('in a patch is mended by the same model, which is shown the place', async () => {
    const { call, asked, server, records } = await answering({ [alive.codex]: [text(broken), text(good)] });
    const { finished } = await call(patch);
    expect(finished.result).toContain('+  return 22;');
    expect(asked()).toEqual([alive.codex, alive.codex]);
    const told = sentInput(server.requests[1]?.body);
    expect(told).toContain(
      'Your answer could not be used: line 4 of a.ts does not parse: "{" is not closed.',
    );
    expect(told).toContain('  3 | export function two() {\n> 4 |   if (true) {');
    expect(records.map(({ error }) => error)).toEqual(['unparsable-answer', undefined]);
  });

  it('goes to the next model after that, and is an unusable answer in the end', async () => {
    const { error, asked } = await answering({
      [alive.codex]: text(broken),
      [alive.full]: text(broken),
      [alive.mini]: text(broken),
    });
    expect(await error(patch)).toMatchObject({
      code: 'answer-unusable',
      message: expect.stringContaining('does not parse'),
    });
    expect(asked().slice(0, 3)).toEqual([alive.codex, alive.codex, alive.full]);
  });

  it('is mended in an answer of code', async () => {
    const { call, asked } = await answering({
      [alive.codex]: [
        text('```ts\nexport const add = (a: number, b: number) => a +;\n```'),
        text('```ts\nexport const add = (a: number, b: number) => a + b;\n```'),
      ],
    });
    expect((await call(generate)).finished.result).toContain('a + b;');
    expect(asked()).toEqual([alive.codex, alive.codex]);
  });

  it.each([
    ['a.yaml', 'a: 1\n', 'a: [1\n', 'a: [2]\n'],
    ['a.toml', 'a = 1\n', 'a = \n', 'a = 2\n'],
  ])('is mended in %s', async (path, old, bad, sound) => {
    const answer = (after: string) => text(searchReplace(path, old.trimEnd(), after.trimEnd()));
    const { call, asked } = await answering(
      { [alive.codex]: [answer(bad), answer(sound)] },
      { files: { [path]: old } },
    );
    expect((await call({ ...patch, files: [path] })).finished.result).toContain(`+${sound}`);
    expect(asked()).toEqual([alive.codex, alive.codex]);
  });
});

it('PHP without its opening tag is mended in a new file of a patch', async () => {
  const answer = (body: string) => text(searchReplace('b.php', '', body));
  const { call, asked } = await answering({
    [alive.codex]: [answer('function a() {}'), answer('<?php\nfunction a() {}')],
  });
  expect((await call(patch)).finished.result).toContain('+<?php\n');
  expect(asked()).toEqual([alive.codex, alive.codex]);
});

describe('what is let through', () => {
  it.each([
    ['tsx, where only TypeScript is known', 'typescript', 'export const a = <b c={1}>d</b>;\n'],
    ['a method by itself', 'typescript', 'async add(a: number) {\n  return a + 1;\n}\n'],
    ['variance, which the grammar does not know', 'typescript', 'export interface A<in out B> { c: B }\n'],
    ['a language without a grammar', 'kotlin', 'fun f( { return 1 }\n'],
  ])('%s', async (_, language, code) => {
    const { call, asked } = await answering({ [alive.codex]: text(`\`\`\`\n${code}\`\`\``) });
    const { finished } = await call({ ...generate, language });
    expect(finished).toMatchObject({ result: code, warnings: [] });
    expect(asked()).toEqual([alive.codex]);
  });

  it('is a file that did not parse before', async () => {
    const old = 'const a: = 1;\nconst b = 1;\n';
    const answer = searchReplace('a.ts', 'const b = 1;', 'const b = 2;');
    const { call, asked } = await answering({ [alive.codex]: text(answer) }, { files: { 'a.ts': old } });
    expect((await call(patch)).finished.warnings).toEqual([]);
    expect(asked()).toEqual([alive.codex]);
  });

  it('is what cannot be parsed, with a warning', async () => {
    const syntax = {
      use: async () => Promise.reject(new NotParsed('the grammar for typescript cannot be loaded')),
      dataFault: async () => undefined,
    };
    for (const [request, answer, name] of [
      [patch, good, 'a.ts'],
      [generate, '```ts\nexport const a = 1;\n```', 'the code'],
    ] as const) {
      const { call } = await answering({ [alive.codex]: text(answer) }, { context: { syntax } });
      expect((await call(request)).finished.warnings).toEqual([
        `${name} was not parsed: the grammar for typescript cannot be loaded`,
      ]);
    }
  });
});

describe('a lost export', () => {
  const removed = searchReplace(
    'a.ts',
    'export const one = 1;\n\nexport function two() {',
    'export function two() {',
  );
  const renamed = searchReplace('a.ts', 'export const one = 1;', 'const one = 1;');

  it('is a warning', async () => {
    for (const answer of [removed, renamed]) {
      const { call } = await answering({ [alive.codex]: text(answer) });
      expect((await call(patch)).finished.warnings).toEqual(['a.ts no longer exports one: please review']);
    }
  });

  it('is none where it was asked for, or the name has moved', async () => {
    const { call } = await answering({ [alive.codex]: text(removed) });
    expect((await call({ ...patch, instruction: 'remove `one`' })).finished.warnings).toEqual([]);
    const moved = await answering({
      [alive.codex]: text(`${removed}\n\n${searchReplace('b.ts', '', 'export const one = 1;\n')}`),
    });
    expect((await moved.call(patch)).finished.warnings).toEqual([]);
  });

  it('is found in code that is a version of the file', async () => {
    const code = '```ts\nexport function two() {\n  return 22;\n}\n```';
    const { call } = await answering({ [alive.codex]: text(code) });
    const { finished } = await call({ ...generate, instruction: 'double it', files: ['a.ts'] });
    expect(finished.warnings).toEqual(['a.ts no longer exports one: please review']);
  });
});
