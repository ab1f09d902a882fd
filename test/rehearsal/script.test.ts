import { describe, expect, it } from 'vitest';
import type { Play } from '../../src/rehearsal/play.ts';
import {
  type AnswerScript,
  byModel,
  during,
  firstOf,
  sequence,
  times,
  when,
} from '../../src/rehearsal/script.ts';
import { ask, askPlain, model, serve, textOf } from './bench.ts';

const down: Play = { kind: 'error', status: 503, message: 'down' };
const other = 'gpt-6-luna';

async function statuses(answer: AnswerScript | Play | Play[], models: string[]): Promise<number[]> {
  const server = await serve({ answer });
  const seen: number[] = [];
  for (const one of models) seen.push((await ask(server, { model: one, input: 'Why?' })).status);
  return seen;
}

describe('scripts', () => {
  it('one play is for every request', async () => {
    expect(await statuses(down, [model, other, model])).toEqual([503, 503, 503]);
  });

  it('a list counts per model and ends in the default answer', async () => {
    expect(await statuses([down], [model, other, model, other])).toEqual([503, 503, 200, 200]);
  });

  it('byModel leaves other models alone', async () => {
    expect(await statuses(byModel({ [model]: down }), [model, other])).toEqual([503, 200]);
  });

  it('times ends after so many requests, whatever the model', async () => {
    expect(await statuses(times(2, down), [model, other, model])).toEqual([503, 503, 200]);
  });

  it('sequence goes on whatever the model', async () => {
    const script = sequence(down, { kind: 'default' }, { kind: 'error', status: 500, message: 'no' });
    expect(await statuses(script, [model, other, model, model])).toEqual([503, 200, 500, 200]);
  });

  it('firstOf takes the first that speaks', async () => {
    const script = firstOf(byModel({ [other]: times(1, down) }), {
      kind: 'error',
      status: 500,
      message: 'no',
    });
    expect(await statuses(script, [model, other, other])).toEqual([500, 503, 500]);
  });

  it('when looks at the request', async () => {
    const server = await serve({ answer: when(({ body }) => body.temperature !== undefined, down) });
    expect((await ask(server, { model, input: 'Why?', temperature: 0 })).status).toBe(503);
    expect((await ask(server, { model, input: 'Why?' })).status).toBe(200);
  });

  it('during follows the clock of the server', async () => {
    let now = 1_000_000;
    const server = await serve({ answer: during(0, 60_000, down), now: () => now });
    const status = async () => (await ask(server, { model, input: 'Why?' })).status;
    expect(await status()).toBe(503);
    now += 59_999;
    expect(await status()).toBe(503);
    now += 1;
    expect(await status()).toBe(200);
  });

  it('see the request and may answer with what it says', async () => {
    const server = await serve({
      answer: ({ input, instructions, index, modelIndex, stream, headers }) => ({
        kind: 'text',
        text: JSON.stringify({ input, instructions, index, modelIndex, stream, key: headers.authorization }),
      }),
    });
    await ask(server, { model: other, input: 'first' });
    const body = {
      model,
      input: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'input_text', text: 'Why?' }] },
      ],
    };
    expect(JSON.parse(textOf(await askPlain(server, body)))).toEqual({
      input: 'Why?',
      instructions: 'Be brief.',
      index: 1,
      modelIndex: 0,
      stream: false,
      key: '(hidden)',
    });
  });

  it('are never asked about what the service refuses', async () => {
    let asked = 0;
    const server = await serve({
      answer: () => {
        asked++;
        return down;
      },
    });
    expect((await ask(server, { model, input: 'Why?', seed: 1 })).status).toBe(400);
    expect(asked).toBe(0);
  });

  it('can be changed while the server runs', async () => {
    const server = await serve({ answer: down });
    expect((await ask(server, { model, input: 'Why?' })).status).toBe(503);
    server.play(undefined);
    expect((await ask(server, { model, input: 'Why?' })).status).toBe(200);
  });
});
