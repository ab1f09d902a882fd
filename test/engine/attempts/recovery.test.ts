/** An answer whose edits found no place: asked once more for what failed, then another model, then whole files. */
import { realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DelegateRequest } from '../../../src/core/tasks/request.ts';
import { searchReplace, wholeFile } from '../../helpers/answers.ts';
import { sentInput } from '../../helpers/sent-input.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import { byModel } from '../../rehearsal/script.ts';
import { engineFixture } from '../engine-fixture.ts';

const before = 'export const one = 1;\n\nexport const two = 2;\n\nexport const three = 3;\n';
const after = before.replace('= 1', '= 11').replace('= 3', '= 33');

const good = searchReplace('a.ts', 'export const one = 1;', 'export const one = 11;');
const lost = searchReplace('a.ts', 'export const drei = 3;', 'export const drei = 33;');
const mended = searchReplace('a.ts', 'export const three = 3;', 'export const three = 33;');

const text = (answer: string) => ({ kind: 'text', text: answer }) as const satisfies Scenario;
const alive = { codex: 'gpt-6.1-sol', mini: 'gpt-6.1-terra', chat: 'gpt-6-luna', full: 'gpt-6.2-sol' };
const first = alive.codex;
const second = alive.full;
const third = alive.mini;

const request: Partial<DelegateRequest> = {
  task: 'refactor',
  instruction: 'write the numbers twice',
  files: ['a.ts'],
  shape: 'patch',
};

function patching(answer: Parameters<typeof byModel>[0]) {
  return engineFixture({ answer: byModel(answer), models: { aliases: alive }, files: { 'a.ts': before } });
}

describe('an answer with one good block and one without a place', () => {
  it('is mended: the failed block alone is asked for again, and joined to the good one', async () => {
    const { call, server, asked, records } = await patching({ [first]: [text(good + lost), text(mended)] });
    const { finished, attempts } = await call(request);
    expect(finished.patch?.changes.map(({ after: result }) => result)).toEqual([after]);
    expect(asked()).toEqual([first, first]);
    expect(attempts.map(({ failure }) => failure?.failureClass)).toEqual(['unplaceable-answer', undefined]);
    expect(records.map(({ model_served, error, attempt }) => [model_served, error, attempt])).toEqual([
      [first, 'unplaceable-answer', 1],
      [first, undefined, 2],
    ]);
    for (const { cost_usd, input_tokens } of records) {
      expect(cost_usd).toBeGreaterThan(0);
      expect(input_tokens).toBeGreaterThan(0);
    }
    const [one, two] = server.requests.map(({ body }) => sentInput(body));
    expect(two!.startsWith(one!)).toBe(true);
    const added = two!.slice(one!.length);
    expect(added).toContain(`<your_answer>\n${(good + lost).trim()}\n</your_answer>`);
    expect(added).toContain('block 2 could not be placed');
    expect(added).toContain('Send only this block again');
    // The real lines that come nearest, with their numbers.
    expect(added).toContain('5: export const three = 3;');
    expect(added).not.toContain('block 1');
    const [instructions, again] = server.requests.map(({ body }) => body?.instructions);
    expect(again).toBe(instructions);
  });

  it('is mended by a second answer that repeats the good block as well', async () => {
    const { call, asked } = await patching({ [first]: [text(good + lost), text(good + mended)] });
    const { finished } = await call(request);
    expect(finished.patch?.changes[0]?.after).toBe(after);
    expect(asked()).toEqual([first, first]);
  });

  it('is given to the next model when the second answer is no better', async () => {
    const { call, asked, events, records } = await patching({
      [first]: [text(good + lost), text(lost)],
      [second]: text(good + mended),
    });
    const { finished, attempts, attempt, warnings } = await call(request);
    expect(finished.patch?.changes[0]?.after).toBe(after);
    expect(asked()).toEqual([first, first, second]);
    expect(attempt.candidate.model).toBe(second);
    expect(attempts.map(({ failure }) => failure?.failureClass)).toEqual([
      'unplaceable-answer',
      'unplaceable-answer',
      undefined,
    ]);
    expect(records.map(({ escalated_from }) => escalated_from)).toEqual([undefined, undefined, first]);
    expect(events.filter(({ kind }) => kind === 'retry')).toMatchObject([
      { model: first, reason: expect.stringContaining('asking for the failed blocks again'), waitMs: 0 },
    ]);
    expect(warnings).toContainEqual(expect.stringContaining(`${first} failed`));
  });

  it('does not reach the next model: that one starts from the task alone', async () => {
    const { call, server } = await patching({
      [first]: [text(good + lost), text(lost)],
      [second]: text(good + mended),
    });
    await call(request);
    const inputs = server.requests.map(({ body }) => sentInput(body));
    expect(inputs[2]).toBe(inputs[0]);
  });
});

describe('the last candidate', () => {
  const hopeless = { [first]: text(lost), [second]: text(lost) };

  it('is asked for whole files at last, which need no place', async () => {
    const { call, server, asked } = await patching({
      ...hopeless,
      [third]: [text(lost), text(lost), text(wholeFile('a.ts', after))],
    });
    const { finished, attempts } = await call(request);
    expect(finished.patch?.changes[0]?.after).toBe(after);
    expect(asked()).toEqual([first, first, second, second, third, third, third]);
    expect(attempts).toHaveLength(7);
    const instructions = server.requests.map(({ body }) => String(body?.instructions));
    expect(instructions[6]).not.toBe(instructions[4]);
    expect(instructions[6]).toMatch(/whole|complete/i);
    const inputs = server.requests.map(({ body }) => sentInput(body));
    expect(inputs[6]).toBe(inputs[0]);
  });

  it('is one whose fallbacks have open circuits, too', async () => {
    const { call, asked, context } = await patching({
      [first]: [text(lost), text(lost), text(wholeFile('a.ts', after))],
    });
    for (const model of [second, third])
      context.memory.breaker.failed(model, 'closed', { failures: 1, cooldownMs: 60_000 }, 0);
    const { finished } = await call(request);
    expect(finished.patch?.changes[0]?.after).toBe(after);
    expect(asked()).toEqual([first, first, first]);
  });

  it('ends in an error that names the block of each model; every attempt is recorded', async () => {
    const { error, asked, records } = await patching({ ...hopeless, [third]: text(lost) });
    const failed = await error(request);
    expect(failed).toMatchObject({ code: 'patch-unplaceable', exitStatus: 5 });
    for (const model of [first, second, third]) expect(failed.message).toContain(`${model}: `);
    expect(failed.message).toContain('a.ts');
    expect(asked()).toHaveLength(7);
    expect(records.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(failed.details?.attempts).toHaveLength(7);
  });

  it('is the forced model, where one is forced', async () => {
    const { call, asked } = await patching({
      [third]: [text(lost), text(lost), text(wholeFile('a.ts', after))],
    });
    const { finished } = await call({ ...request, forceModel: 'mini' });
    expect(finished.patch?.changes[0]?.after).toBe(after);
    expect(asked()).toEqual([third, third, third]);
  });

  it('is not asked for a whole file of which it saw a part', async () => {
    const { error, asked } = await patching({ [third]: text(lost) });
    await error({ ...request, files: ['a.ts:1-3'], forceModel: 'mini' });
    expect(asked()).toEqual([third, third]);
  });
});

describe('an answer that is no patch at all', () => {
  it('is asked for again as a whole', async () => {
    const { call, server } = await patching({
      [first]: [text('I would write the numbers twice.'), text(good + mended)],
    });
    const { finished } = await call(request);
    expect(finished.patch?.changes[0]?.after).toBe(after);
    const again = sentInput(server.requests[1]?.body);
    expect(again).toContain('Send the whole answer again');
  });

  it('does not keep blocks of an answer that is replaced as a whole', async () => {
    // Its second half names a file that was not sent: no block of it is mended alone.
    const foreign = searchReplace('b.ts', 'x', 'y');
    const only = searchReplace('a.ts', 'export const three = 3;', 'export const three = 33;');
    const { call } = await patching({ [first]: [text(good + foreign), text(only)] });
    const { finished } = await call(request);
    expect(finished.patch?.changes[0]?.after).toBe(before.replace('= 3', '= 33'));
  });
});

describe('a ceiling', () => {
  /** What the first request may cost at the most, and what its answer does cost. */
  async function costs() {
    const { call, records } = await patching({ [first]: [text(good + lost), text(mended)] });
    const { attempts } = await call(request);
    return {
      worst: attempts.map(({ reservedUsd }) => reservedUsd!),
      real: records.map(({ cost_usd }) => cost_usd!),
    };
  }

  it('with room for a second ask is kept', async () => {
    const { worst, real } = await costs();
    const { call, asked, records } = await patching({ [first]: [text(good + lost), text(mended)] });
    const maxCostUsd = real[0]! + worst[1]!;
    await call({ ...request, maxCostUsd: maxCostUsd * 1.001 });
    expect(asked()).toEqual([first, first]);
    expect(records.reduce((sum, { cost_usd }) => sum + cost_usd!, 0)).toBeLessThanOrEqual(maxCostUsd);
  });

  it('without room for it goes on to a cheaper model', async () => {
    const { worst, real } = await costs();
    const { call, asked } = await patching({
      [first]: [text(good + lost), text(mended)],
      [second]: text(good + mended),
      [third]: text(good + mended),
    });
    // The second ask is longer than the first request, so it can cost more: there is room for the one alone.
    expect(real[0]! + worst[1]!).toBeGreaterThan(worst[0]!);
    const { finished } = await call({ ...request, maxCostUsd: worst[0]! * 1.0001 });
    expect(finished.patch?.changes[0]?.after).toBe(after);
    expect(asked()).toEqual([first, third]);
  });

  it('without room for any ends the call, and what was spent is recorded', async () => {
    const { worst } = await costs();
    const { error, asked, records } = await patching({ [first]: [text(good + lost), text(mended)] });
    const failed = await error({ ...request, forceModel: 'codex', maxCostUsd: worst[0]! * 1.0001 });
    expect(asked()).toEqual([first]);
    expect(failed).toMatchObject({ code: 'patch-unplaceable', message: expect.stringContaining('block 2') });
    expect(records).toMatchObject([{ error: 'unplaceable-answer', cost_usd: expect.any(Number) }]);
  });
});

describe('the strict mode', () => {
  const shifted = searchReplace(
    'a.ts',
    '  export const one = 1;\n\n  export const two = 2;',
    '  export const one = 11;\n\n  export const two = 2;',
  );

  it('has a loose block asked for again, and says why', async () => {
    const { call, server, asked } = await patching({ [first]: [text(shifted), text(good)] });
    const { finished } = await call(request, { strict: true });
    expect(finished.patch?.changes[0]?.after).toBe(before.replace('= 1', '= 11'));
    expect(asked()).toEqual([first, first]);
    expect(sentInput(server.requests[1]?.body)).toContain('block 1 could not be placed');
  });

  it('is off by default: the block is taken, with a warning', async () => {
    const { call, asked } = await patching({ [first]: text(shifted) });
    const { warnings } = await call(request);
    expect(asked()).toEqual([first]);
    expect(warnings).toContainEqual(expect.stringContaining('--strict rejects this'));
  });
});

describe('a file that the patch does not fit any more', () => {
  const answer = text(searchReplace('a.ts', 'export const one = 1;', 'export const one = 11;'));

  it.each([
    ['has changed', (path: string) => writeFileSync(path, 'export const uno = 1;\n')],
    ['was deleted', (path: string) => rmSync(path)],
  ])('%s while the model answered: no other model is asked', async (what, change) => {
    const { server, error, asked, folder, records } = await patching({
      [first]: answer,
      [second]: answer,
      [third]: answer,
    });
    server.onRequest(() => change(join(folder, 'a.ts')));
    const refusal = await error(request);
    expect(refusal).toMatchObject({
      code: 'file-changed',
      message: `a.ts ${what} since it was read`,
      hint: 'run the call again',
      details: { run_id: 'run-1', cost_usd: expect.any(Number) },
    });
    expect(asked()).toEqual([first]);
    expect(records).toHaveLength(1);
    expect(records[0]!.cost_usd).toBeGreaterThan(0);
  });

  it.skipIf(process.platform === 'win32')(
    'is a link: nothing is asked, and the file it leads to is to be named',
    async () => {
      const { error, asked, folder } = await patching({ [first]: answer, [second]: answer, [third]: answer });
      renameSync(join(folder, 'a.ts'), join(folder, 'real.ts'));
      symlinkSync('real.ts', join(folder, 'a.ts'));
      expect(await error(request)).toMatchObject({
        code: 'file-forbidden',
        message: 'a.ts is reached through a symbolic link, which git does not patch',
        hint: `use the file that it points to: ${join(realpathSync(folder), 'real.ts')}`,
      });
      expect(asked()).toEqual([]);
    },
  );
});
