/** An answer that is none is asked for again once, with the reason; then the next model. Nothing to change is a result. */
import { describe, expect, it } from 'vitest';
import type { DelegateRequest } from '../../../src/core/tasks/request.ts';
import type { CheckVerdict } from '../../../src/engine/context.ts';
import type { FinishedAnswer } from '../../../src/engine/finish/finish-answer.ts';
import { spoken } from '../../fixtures/answers/non-answers.ts';
import { searchReplace, v4a } from '../../helpers/answers.ts';
import { sentInput } from '../../helpers/sent-input.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import { byModel } from '../../rehearsal/script.ts';
import { code, engineFixture, testFile } from '../engine-fixture.ts';

const text = (answer: string) => ({ kind: 'text', text: answer }) as const satisfies Scenario;
const alive = { codex: 'gpt-6.1-sol', mini: 'gpt-6.1-terra', chat: 'gpt-6-luna', full: 'gpt-6.2-sol' };
const before = 'export const one = 1;\n\nexport const two = 2;\n';
const sorry = "I'm sorry, but I can't see the file you mentioned.";

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
const patched = searchReplace('a.ts', 'export const one = 1;', 'export const one = 11;');

describe('an answer that is none', () => {
  const wanted = [
    { task: 'code_generate', shape: 'code', good: code.text, order: [alive.codex, alive.mini] },
    { task: 'tests', shape: 'code', good: testFile.text, order: [alive.mini, alive.codex] },
    { task: 'refactor', shape: 'patch', good: patched, order: [alive.codex, alive.full] },
    { task: 'docs', shape: 'text', good: '# One\n\nA number.\n', order: [alive.chat, alive.mini] },
  ] as const;

  it.each(wanted)(
    'to $task is asked for again once, then the next model',
    async ({ task, shape, good, order }) => {
      const [first, second] = order;
      for (const [kind, [answer]] of Object.entries(spoken)) {
        const { call, asked } = await answering({ [first]: text(answer!), [second]: text(good) });
        const { finished, warnings } = await call({ ...patch, task, shape });
        expect(asked(), kind).toEqual([first, first, second]);
        expect(finished.result, kind).not.toBe('');
        expect(warnings, kind).toContainEqual(expect.stringContaining(`${first} failed`));
      }
    },
  );

  it('is an edit where a document was asked for', async () => {
    const edit = searchReplace('README.md', '# Old', '# New');
    const { call, asked, server } = await answering({ [alive.chat]: [text(edit), text('# New\n\nText.\n')] });
    const { finished } = await call({ ...patch, task: 'docs', shape: 'text' });
    expect(finished.result).toBe('# New\n\nText.\n');
    expect(asked()).toEqual([alive.chat, alive.chat]);
    expect(sentInput(server.requests[1]?.body)).toContain('it is an edit of a file');
  });

  it('is told what was wrong with it, and that nobody will answer', async () => {
    const { call, server, events } = await answering({ [alive.codex]: [text(sorry), code] });
    const { attempts } = await call({ files: ['a.ts'] });
    expect(attempts.map(({ failure }) => failure?.failureClass)).toEqual(['non-answer', undefined]);
    const [one, two] = server.requests.map(({ body }) => sentInput(body));
    const added = two!.slice(one!.length);
    expect(two!.startsWith(one!)).toBe(true);
    expect(added).toContain(`<your_answer>\n${sorry}\n</your_answer>`);
    expect(added).toContain('it is prose and holds no code');
    expect(added).toContain('Nobody will answer a question');
    expect(events.find(({ kind }) => kind === 'retry')).toMatchObject({
      reason: expect.stringContaining('asking again'),
    });
  });

  it('may be a text of any form for a task that is not known', async () => {
    const { call, asked } = await answering({ [alive.chat]: text('I have added two numbers: 3.') });
    const { finished } = await call({ task: 'docs', unknownTask: 'summarise', shape: 'text' });
    expect(finished).toMatchObject({ result: 'I have added two numbers: 3.\n', warnings: [] });
    expect(asked()).toEqual([alive.chat]);
  });

  it('from every model is an error that quotes each', async () => {
    const { error, asked } = await answering({
      [alive.codex]: text(sorry),
      [alive.mini]: text(sorry),
      [alive.full]: text(sorry),
    });
    const failed = await error();
    expect(failed).toMatchObject({ code: 'answer-unusable', exitStatus: 5 });
    expect(failed.message.match(/can't see the file/g)).toHaveLength(3);
    expect(asked()).toHaveLength(6);
  });

  it.each(wanted)(
    'and declines, to $task, is asked for again once; then one other model is asked, once',
    async ({ task, shape, order }) => {
      const [first, second] = order;
      const refusal = "I'm sorry, but I can't help with that.";
      const everywhere = Object.fromEntries(Object.values(alive).map((model) => [model, text(refusal)]));
      const { error, asked, server } = await answering(everywhere);
      const failed = await error({ ...patch, task, shape });
      expect(asked()).toEqual([first, first, second]);
      expect(failed).toMatchObject({ code: 'answer-refused', exitStatus: 5 });
      expect(failed.message).toContain(`${first}: the model refused: "${refusal}"`);
      expect(failed.hint).toContain('say what it is for');
      expect(sentInput(server.requests[1]?.body)).toContain('it declines the request');
    },
  );

  it('from the model after one that declined ends the call', async () => {
    const { error, asked } = await answering({
      [alive.codex]: text('I cannot assist with that.'),
      [alive.mini]: text(sorry),
      [alive.full]: code,
    });
    expect((await error()).code).toBe('answer-unusable');
    expect(asked()).toEqual([alive.codex, alive.codex, alive.mini, alive.mini]);
  });

  it('is a patch that only says that something is left out, too', async () => {
    const elided = searchReplace('a.ts', 'export const one = 1;', '// ... existing code ...\nconst b = 2;');
    const { call, server, asked } = await answering({ [alive.codex]: [text(elided), text(patched)] });
    const { finished } = await call(patch);
    expect(finished.patch?.changes[0]?.after).toBe(before.replace('= 1', '= 11'));
    expect(asked()).toHaveLength(2);
    expect(sentInput(server.requests[1]?.body)).toContain(
      'leaves lines of a.ts out ("// ... existing code ...")',
    );
  });

  it('is a new file of tests without a test, and JSON that is none any more', async () => {
    const noTest = searchReplace('a.test.ts', '', "import { it } from 'vitest';");
    const good = searchReplace('a.test.ts', '', "it('adds', () => {});");
    const tests = await answering({ [alive.mini]: [text(noTest), text(good)] });
    expect((await tests.call({ ...patch, task: 'tests' })).attempts).toHaveLength(2);
    const name = 'the list.json';
    const broken = searchReplace(name, '{"a": 1}', '{"a": 1,}');
    const valid = searchReplace(name, '{"a": 1}', '{"a": 2}');
    const json = await answering(
      { [alive.codex]: [text(broken), text(valid)] },
      { files: { [name]: '{"a": 1}\n' } },
    );
    const { finished, attempts } = await json.call({ ...patch, files: [name] });
    expect(finished.patch?.changes[0]?.after).toBe('{"a": 2}\n');
    expect(attempts[0]?.failure?.message).toBe(
      'the answer cannot be used: the list.json would no longer be valid JSON',
    );
  });

  it.each([
    ['has comments where none may stand', 'package.json', '{"a": 2} // two', '{"a": 2}'],
    ['is none even with comments', 'tsconfig.json', '{"a": }', '{\n  // two\n  "a": 2,\n}'],
  ])('is JSON that %s', async (_, path, bad, good) => {
    const rest = path === 'tsconfig.json' ? ' // as one\n' : '\n';
    const edit = (replace: string) => text(searchReplace(path, `{"a": 1}${rest.trimEnd()}`, replace));
    const { call, server } = await answering(
      { [alive.codex]: [edit(bad), edit(good)] },
      { files: { [path]: `{"a": 1}${rest}` } },
    );
    const { finished } = await call({ ...patch, files: [path] });
    expect(sentInput(server.requests[1]?.body)).toContain(`${path} would no longer be valid JSON`);
    expect(finished.patch?.changes[0]?.after).toBe(`${good}\n`);
  });

  it('is not the removal of a file of JSON', async () => {
    const removal = v4a('*** Delete File: a.json');
    const { call, asked } = await answering(
      { [alive.codex]: text(removal) },
      { files: { 'a.json': '{"a": 1}\n' } },
    );
    const { finished } = await call({ ...patch, instruction: 'remove a.json', files: ['a.json'] });
    expect(finished.patch?.changes).toMatchObject([{ kind: 'delete', path: 'a.json' }]);
    expect(asked()).toHaveLength(1);
  });
});

describe('nothing to change', () => {
  it.each([
    ['the word', 'NO CHANGE: The numbers are there twice.', 'The numbers are there twice.'],
    [
      'plain words',
      'No changes are needed: both numbers are right.',
      'No changes are needed: both numbers are right.',
    ],
    [
      'an edit that is there already',
      searchReplace('a.ts', 'export const uno = 1;', 'export const one = 1;'),
      'The change is already there (a.ts line 1).',
    ],
  ])('in %s is a result after one request', async (_name, answer, sentence) => {
    const { call, asked, records } = await answering({ [alive.codex]: text(answer) });
    const { finished } = await call(patch);
    expect(finished).toMatchObject({ result: '', patch: undefined, noChange: sentence });
    expect(asked()).toEqual([alive.codex]);
    expect(records.map(({ error }) => error)).toEqual([undefined]);
  });

  it('said doubtfully is asked for again, with the word', async () => {
    const doubtful = 'The numbers are already there, but the names could be clearer.';
    const { call, server, asked } = await answering({
      [alive.codex]: [text(doubtful), text('NO CHANGE: The numbers are there.')],
    });
    expect((await call(patch)).finished.noChange).toBe('The numbers are there.');
    expect(asked()).toHaveLength(2);
    expect(sentInput(server.requests[1]?.body)).toContain('answer with this one line instead: NO CHANGE:');
  });

  it('beside good blocks leaves those', async () => {
    const made = searchReplace('a.ts', 'export const dos = 2;', 'export const two = 2;');
    const { call } = await answering({
      [alive.codex]: [text(patched + made), text('NO CHANGE: Block 2 is there already.')],
    });
    const { finished } = await call(patch);
    expect(finished.noChange).toBeUndefined();
    expect(finished.patch?.changes[0]?.after).toBe(before.replace('= 1', '= 11'));
  });

  it('is no answer where tests or a whole file were asked for', async () => {
    for (const [request, first, good] of [
      [{ task: 'tests', shape: 'code' }, alive.mini, testFile.text],
      [{ task: 'tests' }, alive.mini, searchReplace('a.test.ts', '', "it('adds', () => {});")],
      [{ task: 'code_generate', shape: 'code' }, alive.codex, code.text],
    ] as const) {
      const { call, asked } = await answering({
        [first]: [text('NO CHANGE: All is well.'), text(good)],
      });
      const { finished } = await call({ ...patch, ...request });
      expect(finished.noChange).toBeUndefined();
      expect(asked()).toEqual([first, first]);
    }
  });

  it('is no result of a run whose check is red', async () => {
    const { call, asked } = await answering({
      [alive.codex]: text('NO CHANGE: All is well.'),
      [alive.full]: text(patched),
    });
    const verify = async ({ result }: FinishedAnswer): Promise<CheckVerdict> =>
      result === '' ? { ok: false, detail: 'two tests failed' } : { ok: true };
    const { finished } = await call(patch, { verify });
    expect(finished.patch?.changes).toHaveLength(1);
    expect(asked()).toEqual([alive.codex, alive.full]);
  });
});
