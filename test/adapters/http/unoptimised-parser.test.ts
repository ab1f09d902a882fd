/** V8 refuses code that was kept under other flags. */
import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { serve } from '../../rehearsal/bench.ts';

it("a request leaves V8's flags as they were", async () => {
  const cachedData = new Script('(1)').createCachedData();
  // To V8 another text of this length is as good, whereas it would find the same text again without a look at this.
  const refused = (text: string) => new Script(text, { cachedData }).cachedDataRejected;
  const server = await serve({ answer: { kind: 'text', text: 'Yes.' } });
  const { askQuestion } = await import('../../helpers/question.ts');
  expect(refused('(2)')).toBe(false);
  expect((await askQuestion(server.url)).text).toBe('Yes.');
  expect(refused('(3)')).toBe(false);
});
