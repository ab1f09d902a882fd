/**
 * A Responses server in a process of its own, for benches: what it measures must not share its event loop.
 * Words in the input say how a request is answered: `call=ID` names the call, `delay=MS` holds the answer up
 * after its headers, `fault=NAME` goes wrong at the first try of the call, `fault=NAME!` at every one.
 */
import catalogFile from '../../conf/catalog.json' with { type: 'json' };
import type { Catalog } from '../../src/core/models/model-card.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import { startScenarioServer } from '../rehearsal/scenario-server.ts';
import type { ScriptedRequest } from '../rehearsal/script.ts';
import { faults } from './faults.ts';
import { wholeAnswer } from './whole-answer.ts';

const tries = new Map<string, number>();

function scenarioOf({ input }: ScriptedRequest): Scenario {
  const word = (name: string) => new RegExp(`\\b${name}=(\\S+)`).exec(input)?.[1];
  const call = word('call') ?? '';
  if (call === '') return { kind: 'default' };
  const text = wholeAnswer(call);
  const fault = word('fault');
  if (fault !== undefined) {
    const tried = tries.get(call) ?? 0;
    tries.set(call, tried + 1);
    const scenario = faults[fault.replace(/!$/, '')]?.(text);
    if (scenario && (fault.endsWith('!') || tried === 0)) return scenario;
  }
  return { kind: 'text', text, delayMs: Number(word('delay') ?? 0) };
}

const server = await startScenarioServer({
  catalog: catalogFile as unknown as Catalog,
  today: () => new Date().toISOString().slice(0, 10),
  answer: scenarioOf,
});
process.on('message', (question) => {
  const { requests } = server;
  if (question === 'last-body') process.send?.({ body: requests.at(-1)?.body });
  if (question === 'open') process.send?.({ open: requests.filter(({ done }) => !done).length });
});
process.on('disconnect', () => void server.close().then(() => process.exit()));
process.send?.({ url: server.url });
