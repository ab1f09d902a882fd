/** An answer that the caller's check rejects: the same model mends it, at most twice; then the next one is asked. */
import { describe, expect, it } from 'vitest';
import type { AnswerCheck } from '../../../src/engine/context.ts';
import { searchReplace } from '../../helpers/answers.ts';
import { sentInput } from '../../helpers/sent-input.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import { byModel, type ScriptedRequest } from '../../rehearsal/script.ts';
import { code, engineFixture, key } from '../engine-fixture.ts';

const first = 'gpt-6.2-sol';
const second = 'gpt-5-mini';
const wrong = { kind: 'text', text: '```ts\nexport const answer = 41;\n```' } as const satisfies Scenario;
const difference = 'expected 41 to be 42';

const expects42: AnswerCheck = async ({ result }) =>
  result.includes('42')
    ? { ok: true, warnings: ['checked'] }
    : { ok: false, detail: `exited with 1: ${difference}`, complaint: difference };

/** Wrong, until it is told what was expected. */
const learns = ({ input }: ScriptedRequest) => (input.includes(difference) ? code : wrong);

describe('an answer that fails the check', () => {
  it('is mended by the model that gave it, which is told why', async () => {
    const { call, asked, server, events, records } = await engineFixture({ answer: learns });
    const { finished, warnings } = await call({}, { verify: expects42 });
    expect(finished.result).toBe('export const answer = 42;\n');
    expect(asked()).toEqual([first, first]);
    const [asked1, repair] = server.requests.map(({ body }) => sentInput(body));
    expect(repair!.startsWith(asked1!)).toBe(true);
    expect(repair).toContain('<your_answer>\n```ts\nexport const answer = 41;\n```\n</your_answer>');
    expect(repair).toContain(`<check>\n${difference}\n</check>`);
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'retry',
        reason: `exited with 1: ${difference}; asking for a repair`,
      }),
    );
    expect(records.map(({ error, escalated_from }) => [error, escalated_from])).toEqual([
      ['verify-failed', undefined],
      [undefined, undefined],
    ]);
    expect(warnings).toContain('checked');
  });

  it('is given up after two repairs, and the next model begins anew', async () => {
    const { call, asked, server } = await engineFixture({
      answer: byModel({ [first]: wrong, [second]: code }),
    });
    const { warnings } = await call({}, { verify: expects42 });
    expect(asked()).toEqual([first, first, first, second]);
    expect(sentInput(server.requests[3]?.body)).not.toContain('<your_answer>');
    expect(warnings).toContainEqual(
      expect.stringContaining(`${first} failed (exited with 1: ${difference})`),
    );
  });

  it('goes to the next model at once where the model could not mend it', async () => {
    const { call, asked } = await engineFixture({ answer: byModel({ [first]: wrong, [second]: code }) });
    const verify: AnswerCheck = async ({ result }) =>
      result.includes('42') ? { ok: true } : { ok: false, detail: 'no' };
    await call({}, { verify });
    expect(asked()).toEqual([first, second]);
  });

  it('is not mended above the ceiling of the call', async () => {
    const { error, asked, call } = await engineFixture({ answer: learns });
    const { attempts } = await call({}, { verify: expects42 });
    const worst = attempts[0]!.reservedUsd!;
    const spent = attempts[0]!.costUsd!;
    const request = { forceModel: first, maxCostUsd: worst + spent / 2 };
    const refused = await error(request, { verify: expects42 });
    expect(asked()).toEqual([first, first, first]);
    expect(refused).toMatchObject({ code: 'verify-failed', exitStatus: 5 });
    expect(refused.message).toContain(difference);
    expect(refused.message).toContain('the cost ceiling of');
  });

  it('is not mended when no time is left for it', async () => {
    const { error, asked, clock } = await engineFixture({ answer: wrong });
    const verify: AnswerCheck = async (...call) => {
      clock.pass(599_500);
      return expects42(...call);
    };
    const late = await error({ timeoutMs: 600_000 }, { verify });
    expect(asked()).toEqual([first]);
    expect(late.code).toBe('timeout');
    expect(late.message).toContain(difference);
  });

  it('is a whole patch again, against the files as they were given', async () => {
    const edit = (value: number) => ({
      kind: 'text' as const,
      text: searchReplace('a.ts', 'const answer = 1;', `const answer = ${value};`),
    });
    const { call, asked, server } = await engineFixture({
      files: { 'a.ts': 'const answer = 1;\n' },
      answer: ({ input }) => edit(input.includes(difference) ? 42 : 41),
    });
    const { finished } = await call(
      { task: 'refactor', shape: 'patch', files: ['a.ts'] },
      { verify: expects42 },
    );
    expect(finished.patch?.changes[0]?.after).toBe('const answer = 42;\n');
    expect(asked()).toHaveLength(2);
    expect(sentInput(server.requests[1]?.body)).toContain('as if none of your edits had been made');
  });

  it('never tells the model a secret, nor a placeholder that it does not know', async () => {
    const token = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
    const own = 'Xk29vLq0WmZt84RbYp3N';
    const { call, server } = await engineFixture({
      files: { 'a.ts': `const password = '${own}';\n` },
      answer: learns,
    });
    const printed = `${difference} ${token} ${key} ${own}`;
    let cleaned = '';
    const verify: AnswerCheck = async ({ result }, { redact }) => {
      if (result.includes('42')) return { ok: true };
      cleaned = await redact(printed);
      return { ok: false, detail: 'no', complaint: printed };
    };
    await call({ files: ['a.ts'] }, { verify });
    const repair = sentInput(server.requests[1]?.body);
    for (const secret of [token, key, own]) {
      expect(repair).not.toContain(secret);
      expect(cleaned).not.toContain(secret);
    }
    const [placeholder] = /\u2039redacted:[a-z0-9-]+:\d+\u203A/.exec(repair)!;
    expect(repair).toContain(`<check>\n${difference} [a secret] [a secret] ${placeholder}\n</check>`);
  });
});
