/**
 * A Responses server in a process of its own, for benches: what it measures must not share its event loop.
 * Words in the input say how a request is answered: `call=ID` names the call, `delay=MS` holds the answer up
 * after its headers, `fault=NAME` goes wrong at the first try of the call, `fault=NAME!` at every one.
 */
import catalogFile from '../../conf/catalog.json' with { type: 'json' };
import type { Catalog } from '../../src/core/models/model-card.ts';
import type { Play } from '../../src/rehearsal/play.ts';
import type { ScriptedRequest } from '../../src/rehearsal/script.ts';
import { startRehearsalServer } from '../../src/rehearsal/server.ts';
import { faults } from './faults.ts';
import { wholeAnswer } from './whole-answer.ts';

const tries = new Map<string, number>();

function playOf({ input }: ScriptedRequest): Play {
  const word = (name: string) => new RegExp(`\\b${name}=(\\S+)`).exec(input)?.[1];
  const call = word('call') ?? '';
  if (call === '') return { kind: 'default' };
  const text = wholeAnswer(call);
  const fault = word('fault');
  if (fault !== undefined) {
    const tried = tries.get(call) ?? 0;
    tries.set(call, tried + 1);
    const play = faults[fault.replace(/!$/, '')]?.(text);
    if (play && (fault.endsWith('!') || tried === 0)) return play;
  }
  return { kind: 'text', text, delayMs: Number(word('delay') ?? 0) };
}

const server = await startRehearsalServer({
  catalog: catalogFile as unknown as Catalog,
  today: () => new Date().toISOString().slice(0, 10),
  answer: playOf,
});
process.on('message', (question) => {
  const { requests } = server;
  if (question === 'last-body') process.send?.({ body: requests.at(-1)?.body });
  if (question === 'open') process.send?.({ open: requests.filter(({ done }) => !done).length });
});
process.on('disconnect', () => void server.close().then(() => process.exit()));
process.send?.({ url: server.url });
