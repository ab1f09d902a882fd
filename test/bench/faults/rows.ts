/** Every row of the error policy, and what the provider does beyond the sixteen: each over real HTTP, pass or fail. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scenario } from '../../rehearsal/scenario.ts';
import type { ScenarioServer } from '../../rehearsal/scenario-server.ts';
import type { Scripted } from '../../rehearsal/script.ts';
import { isWhole } from './judge.ts';
import {
  chunks,
  key,
  type OrchOptions,
  type OrchSubject,
  type Outcome,
  orchSubject,
  primary,
  primaryText,
  secondary,
  serveModels,
} from './stage.ts';

export interface RowResult {
  group: string;
  name: string;
  problems: string[];
}

interface Room {
  server: ScenarioServer;
  orch: OrchSubject;
  outcome: Outcome;
  /** Models in the order in which they were asked. */
  asked: (string | undefined)[];
  expect: (holds: boolean, what: string) => void;
}

interface Row {
  group: string;
  name: string;
  primary: Scripted;
  secondary?: Scripted;
  retired?: string[];
  options?: OrchOptions;
  deadlineSeconds?: number;
  /** Tries of the first model and of the second one. */
  tries: [number, number];
  /** The error's code; undefined: the whole answer. */
  code?: string;
  says?: RegExp;
  also?: (room: Room) => Promise<void> | void;
}

/** Waits are shortened, so that a row takes no longer than what it waits for. */
const quick = {
  retry: { baseMs: 20 },
  timeouts: { default: { firstEventMs: 400, idleMs: 400, totalMs: 5000 } },
};
const healthy: Scenario = { kind: 'text', text: primaryText, chunks };
const broken = { text: primaryText, chunks };
const error = (status: number, message: string, rest: object = {}): Scenario => ({
  kind: 'error',
  status,
  message,
  ...rest,
});
const refused = (parameter: string, present: (body: Record<string, unknown>) => boolean): Scripted => {
  return ({ body }) =>
    present(body) ? error(400, `Unsupported parameter: '${parameter}'`, { param: parameter }) : healthy;
};
const slowDown = (headers: Record<string, string>) =>
  error(429, 'Slow down', { code: 'rate_limit_exceeded', headers });
const tookAbout =
  (least: number, most: number): Row['also'] =>
  ({ outcome, expect }) =>
    expect(outcome.ms >= least && outcome.ms < most, `took ${outcome.ms.toFixed(0)} ms`);

const stop = (name: string, scenario: Scenario, code: string, says: RegExp): Row => ({
  group: 'stop',
  name,
  primary: scenario,
  tries: [1, 0],
  code,
  says,
});
const next = (name: string, scenario: Scripted, tries: number): Row => ({
  group: 'retry, next',
  name,
  primary: scenario,
  tries: [tries, 1],
});
const wait = (name: string, headers: Record<string, string>, least: number): Row => ({
  group: 'wait',
  name,
  primary: [slowDown(headers), healthy],
  tries: [2, 0],
  also: tookAbout(least, least + 1500),
});

const rows: Row[] = [
  stop(
    '401',
    error(401, 'Incorrect API key', { code: 'invalid_api_key' }),
    'key-refused',
    /Incorrect API key/,
  ),
  stop('401 without a code', error(401, 'Not allowed'), 'key-refused', /Not allowed/),
  stop(
    '403 unsupported country',
    error(403, 'Country, region, or territory not supported', {
      code: 'unsupported_country_region_territory',
    }),
    'key-refused',
    /region/,
  ),
  ...[
    'insufficient_quota',
    'credit_balance_exhausted',
    'project_spend_limit_exceeded',
    'organization_usage_limit_exceeded',
  ].map((code) => stop(`429 ${code}`, error(429, 'No money', { code }), 'quota-exhausted', /No money/)),
  stop('404 with no code', error(404, 'Not Found'), 'provider-failed', /Not Found/),
  stop('404 with a web page', { kind: 'html', status: 404 }, 'provider-failed', /web page/),
  stop('403 with a web page', { kind: 'html', status: 403 }, 'provider-failed', /web page/),
  ...['invalid_prompt', 'cyber_policy', 'content_policy_violation'].map((code) =>
    stop(`400 ${code}`, error(400, 'We do not do that', { code }), 'answer-refused', /We do not do that/),
  ),
  stop('a refusal', { kind: 'refusal', text: 'I will not.' }, 'answer-refused', /I will not/),
  stop('400 of another kind', error(400, 'Our bug'), 'provider-failed', /Our bug/),
  stop('422', error(422, 'Unprocessable'), 'provider-failed', /Unprocessable/),

  {
    group: 'dead model',
    name: '404 model_not_found: its successor, remembered',
    primary: healthy,
    retired: [primary],
    tries: [1, 1],
    also: async ({ orch, server, expect }) => {
      await orch.ask();
      expect(server.requests.filter(({ model }) => model === primary).length === 1, 'asked again');
    },
  },
  {
    group: 'dead model',
    name: '403 model_not_found',
    primary: error(403, 'Project does not have access to model', { code: 'model_not_found' }),
    tries: [1, 1],
  },
  ...(
    [
      ['temperature', (body: Record<string, unknown>) => 'temperature' in body],
      ['reasoning.effort', (body: Record<string, unknown>) => 'reasoning' in body],
      ['stream', (body: Record<string, unknown>) => body.stream === true],
    ] as const
  ).map(
    ([parameter, present]): Row => ({
      group: 'parameter',
      name: `400 ${parameter}: left out, same model`,
      primary: refused(parameter, present),
      tries: [2, 0],
    }),
  ),
  {
    group: 'parameter',
    name: '400 text.verbosity: left out, same model',
    primary: refused('text.verbosity', (body) => 'text' in body),
    options: { policies: { ...quick, defaults: { verbosity: 'low' } } },
    tries: [2, 0],
  },
  {
    group: 'window',
    name: 'context_length_exceeded inside the stream',
    primary: { kind: 'stream-error', code: 'context_length_exceeded', message: 'Too long' },
    tries: [1, 1],
  },
  {
    group: 'window',
    name: 'context_length_exceeded, no larger window',
    primary: error(400, 'Too long', { code: 'context_length_exceeded' }),
    options: { policies: quick, models: [primary, 'gpt-5.3-codex'] },
    tries: [1, 0],
    code: 'input-too-large',
  },

  next(
    '429 request too large: never succeeds',
    error(429, 'Request too large: Limit 30000, Requested 40000', { code: 'rate_limit_exceeded' }),
    1,
  ),
  next('429 without a header', slowDown({}), 3),
  ...[500, 502, 503, 504].map((status) => next(String(status), error(status, 'Oh no'), 3)),
  next('502 with a web page', { kind: 'html', status: 502 }, 3),
  ...(['flat', 'nested', 'response.failed'] as const).map((form) =>
    next(
      `a server error inside the stream, ${form}`,
      { kind: 'stream-error', form, after: 3, message: 'Oh no' },
      3,
    ),
  ),
  next(
    'overloaded inside the stream',
    { kind: 'stream-error', code: 'server_is_overloaded', message: 'Busy' },
    3,
  ),
  next('reset before headers', { kind: 'reset', after: 'request' }, 3),
  next('no answer at all', { kind: 'hang', after: 'request' }, 1),
  next('headers and no event', { kind: 'hang', after: 'headers' }, 1),
  next('silence between events', { kind: 'hang', after: 3 }, 1),
  next('reset in mid-stream', { kind: 'reset', after: 3, ...broken }, 2),
  next('an end without a closing event', { kind: 'cut', after: 1000, ...broken }, 2),
  next('200 with broken JSON', { kind: 'bad-json' }, 2),
  next('200 with an empty body', { kind: 'raw', body: '' }, 2),
  next('success without text or tokens', { kind: 'empty' }, 1),
  next('an incomplete answer for a new reason', { kind: 'incomplete', reason: 'sunspots', text: 'Fir' }, 2),
  next('a cancelled response', { kind: 'cancelled' }, 3),

  wait('retry-after-ms 700', { 'retry-after-ms': '700' }, 690),
  wait('retry-after 1', { 'retry-after': '1' }, 990),
  wait("retry-after as a date, by the server's own clock", dateHeaders(1), 990),
  wait(
    'x-ratelimit-reset-tokens 800ms',
    { 'x-ratelimit-reset-tokens': '800ms', 'x-ratelimit-remaining-tokens': '0' },
    790,
  ),
  {
    group: 'wait',
    name: 'an hour: the next model at once',
    primary: slowDown({ 'retry-after': '3600' }),
    tries: [1, 1],
    also: tookAbout(0, 2000),
  },
  {
    group: 'wait',
    name: 'an hour, and no other model: an error at once',
    primary: slowDown({ 'retry-after': '3600' }),
    options: { policies: quick, models: [primary] },
    tries: [1, 0],
    code: 'provider-failed',
    says: /Slow down/,
    also: tookAbout(0, 2000),
  },
  {
    group: 'wait',
    name: 'silence beyond the deadline of the call',
    primary: { kind: 'hang', after: 'request' },
    options: { policies: { timeouts: { default: { firstEventMs: 9000, totalMs: 9000 } } } },
    deadlineSeconds: 1,
    tries: [1, 0],
    code: 'timeout',
    also: tookAbout(990, 2500),
  },

  {
    group: 'beyond',
    name: 'incomplete with nothing visible: four times the room',
    primary: [{ kind: 'incomplete', reason: 'max_output_tokens', text: '' }, healthy],
    tries: [2, 0],
    also: ({ server, expect }) => {
      const [before, after] = server.requests.map(({ body }) => Number(body?.max_output_tokens));
      expect(after === 4 * before!, `${before} then ${after}`);
    },
  },
  stop('200 with a web page', { kind: 'html', status: 200 }, 'provider-failed', /web page/),
  stop(
    'a redirect to another host',
    { kind: 'redirect', location: 'http://127.0.0.1:9/v1/responses' },
    'provider-failed',
    /redirects to http:\/\/127\.0\.0\.1:9/,
  ),
  {
    group: 'beyond',
    name: 'usage missing: unknown, not zero',
    primary: { kind: 'no-usage', text: primaryText },
    tries: [1, 0],
    also: ({ outcome, expect }) => {
      expect(outcome.usage?.output === null, 'usage is made up');
      expect(outcome.output?.meta.cost_usd === null, 'a cost is made up');
    },
  },
  {
    group: 'beyond',
    name: 'a key echoed in an error: redacted',
    primary: error(400, `Key ${key} is bad: ${'x'.repeat(446)}${key}`),
    tries: [1, 0],
    code: 'provider-failed',
    says: /redacted/,
  },
];

/** A server whose clock is an hour ahead of ours. */
function dateHeaders(seconds: number): Record<string, string> {
  const there = Math.floor(Date.now() / 1000) * 1000 + 3_600_000;
  return {
    date: new Date(there).toUTCString(),
    'retry-after': new Date(there + seconds * 1000).toUTCString(),
  };
}

export async function runRows(): Promise<RowResult[]> {
  const results = await Promise.all(rows.map(runRow));
  for (const special of [offline, clientGoesAway, keyWithNewline, staysOpen, keyBrokenEverywhere])
    results.push(await special());
  return results;
}

function collect(group: string, name: string) {
  const problems: string[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds) problems.push(what);
  };
  return { result: { group, name, problems }, expect };
}

async function runRow(row: Row): Promise<RowResult> {
  const { result, expect } = collect(row.group, row.name);
  const server = await serveModels({
    primary: row.primary,
    ...(row.secondary ? { secondary: row.secondary } : {}),
    retired: row.retired ?? [],
  });
  const orch = orchSubject(server.url, { policies: quick, ...row.options });
  try {
    const { deadlineSeconds } = row;
    const outcome = await orch.ask(deadlineSeconds === undefined ? {} : { deadlineSeconds });
    const asked = server.requests.map(({ model }) => model);
    const tries = [
      asked.filter((model) => model === primary).length,
      asked.filter((model) => model !== primary).length,
    ];
    expect(!outcome.hung, 'hangs');
    expect(String(tries) === String(row.tries), `tries ${tries}, not ${row.tries}`);
    expect(
      outcome.error?.code === row.code,
      `${outcome.error?.code ?? 'an answer'}: ${outcome.error?.message ?? ''}`,
    );
    if (row.code === undefined) expect(isWhole(outcome), 'not the whole answer');
    if (row.says) expect(row.says.test(outcome.error?.message ?? ''), `says: ${outcome.error?.message}`);
    const printed = JSON.stringify([outcome, orch.logged, await orch.records()]);
    expect(!printed.includes(key.slice(0, 14)), 'the key is printed');
    expect((await orch.records()).length >= asked.length, 'tries are missing in the record');
    await row.also?.({ server, orch, outcome, asked, expect });
  } finally {
    await orch.close();
    await server.close();
  }
  return result;
}

async function rawServer(listener: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function offline(): Promise<RowResult> {
  const { result, expect } = collect(
    'retry, next',
    'a host that refuses: offline, and no other model is tried there',
  );
  const gone = await rawServer(() => {});
  gone.close();
  const orch = orchSubject(gone.url, { policies: quick });
  const { error: ended } = await orch.ask();
  expect(ended?.code === 'offline', `${ended?.code}`);
  expect(/connection refused/.test(ended?.message ?? ''), `says: ${ended?.message}`);
  expect(/OPENAI_BASE_URL/.test(ended?.hint ?? ''), 'no cure');
  expect((await orch.records()).length === 3, 'not three tries in all');
  await orch.close();
  return result;
}

const closedWithinMs = 100;

async function clientGoesAway(): Promise<RowResult> {
  const { result, expect } = collect('beyond', 'a client that goes away: the socket is closed within 100 ms');
  const server = await serveModels({ primary: { kind: 'hang', after: 3 } });
  const orch = orchSubject(server.url);
  const interrupt = new AbortController();
  const asked = orch.ask({ signal: interrupt.signal });
  await server.waitForRequest();
  const started = performance.now();
  interrupt.abort();
  await server.waitForAbort();
  const took = performance.now() - started;
  expect(took < closedWithinMs, `${took.toFixed(0)} ms`);
  expect((await asked).error?.code === 'interrupted', 'not interrupted');
  await orch.close();
  await server.close();
  return result;
}

async function keyWithNewline(): Promise<RowResult> {
  const { result, expect } = collect('beyond', 'a key with a newline in it: refused, never printed');
  const server = await serveModels({ primary: healthy });
  const orch = orchSubject(server.url, { variables: { OPENAI_API_KEY: `${key}\n${key}` } });
  const outcome = await orch.ask();
  expect(outcome.error?.code === 'no-key', `${outcome.error?.code}`);
  expect(!JSON.stringify([outcome, orch.logged]).includes('sk-proj'), 'the key is printed');
  expect(server.requests.length === 0, 'it was sent');
  await orch.close();
  await server.close();
  return result;
}

async function staysOpen(): Promise<RowResult> {
  const { result, expect } = collect('beyond', 'a finished stream whose connection stays open: no waiting');
  const server = await rawServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const message = { type: 'message', content: [{ type: 'output_text', text: primaryText }] };
    const final = {
      id: 'r',
      status: 'completed',
      model: primary,
      output: [message],
      usage: { input_tokens: 1, output_tokens: 2 },
    };
    response.write(`data: ${JSON.stringify({ type: 'response.completed', response: final })}\n\n`);
  });
  const orch = orchSubject(server.url);
  const outcome = await orch.ask();
  expect(isWhole(outcome), 'not the whole answer');
  expect(outcome.usage?.output === 2, 'no usage');
  expect(outcome.ms < 1000, `${outcome.ms.toFixed(0)} ms`);
  await orch.close();
  server.close();
  return result;
}

async function keyBrokenEverywhere(): Promise<RowResult> {
  const { result, expect } = collect('beyond', 'a server that repeats the key everywhere: printed nowhere');
  const server = await rawServer((request, response) => {
    const echo = request.headers.authorization?.replace('Bearer ', '') ?? '';
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': echo });
    const message = { type: 'message', content: [{ type: 'output_text', text: primaryText }] };
    response.end(
      JSON.stringify({ id: echo, model: echo, service_tier: echo, status: 'completed', output: [message] }),
    );
  });
  const orch = orchSubject(server.url);
  const outcome = await orch.ask();
  expect(isWhole(outcome), 'not the whole answer');
  expect(
    !JSON.stringify([outcome, orch.logged, await orch.records()]).includes('sk-proj'),
    'the key is printed',
  );
  expect(outcome.model !== secondary, 'it hopped');
  await orch.close();
  server.close();
  return result;
}
