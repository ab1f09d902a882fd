/** Secrets in what is sent, and the user's own key in whatever a hostile server gets `orch` to print or keep. */
import { type Attack, firstOf, once, shown, staged, type Verdict } from './attack.ts';
import { call, serving } from './client.ts';
import type { Exchange } from './provider.ts';
import { type Seed, seed, seedKinds } from './seeds.ts';
import type { Ran, Stage, World } from './stage.ts';

export function leaking(stage: Stage): Attack[] {
  return [...seeded(stage), ...ownKey(stage), ...echoes(stage), ...otherSecrets(stage)];
}

/** What surrounds a secret must arrive: an empty request would leak nothing. */
const around = 'const surroundings = 1;';

/** Each way of sending text, with a secret of each kind. */
function seeded(stage: Stage): Attack[] {
  const ways: [string, (world: World, seeds: Seed[]) => Promise<unknown>][] = [
    [
      'file',
      (world, seeds) => {
        world.put(filesOf(seeds));
        return world.run(['docs', 'describe', '-f', 'src/*.ts']);
      },
    ],
    [
      'crlf-file',
      (world, seeds) => {
        const files = Object.entries(filesOf(seeds));
        world.put(Object.fromEntries(files.map(([name, text]) => [name, text.replaceAll('\n', '\r\n')])));
        return world.run(['run', 'deep_reasoning', 'why', '-f', 'src/*.ts']);
      },
    ],
    ['standard-input', (world, seeds) => world.run(['docs', 'describe'], { stdin: textOf(seeds) })],
    ['instruction', (world, seeds) => world.run(['docs', '-i', textOf(seeds)])],
    [
      'tool-input',
      (world, seeds) => serving(world, (peer) => call(peer, 'delegate.docs', { input: textOf(seeds) })),
    ],
    [
      'tool-file',
      (world, seeds) => {
        world.put(filesOf(seeds));
        return serving(world, (peer) => call(peer, 'delegate.diff', { input: 'x', files: ['src/*.ts'] }));
      },
    ],
    [
      'repair',
      (world, seeds) => {
        // The nearest lines are shown in the prompt that asks once more.
        world.put(filesOf(seeds));
        world.answer(
          `src/aws-secret.ts\n<<<<<<< SEARCH\n${around} // not there\n=======\nx\n>>>>>>> REPLACE\n`,
        );
        return world.run(['diff', 'x', '-f', 'src/*.ts']);
      },
    ],
  ];
  return ways.flatMap(([way, send]) => {
    const sending = once(async () => {
      const seeds = seedKinds.map(seed);
      const world = stage.world({ answer: '# Text\n\nfine\n' });
      await send(world, seeds);
      staged(world.sent.includes(around), 'the text around the secrets was not sent');
      return { seeds, world };
    });
    return seedKinds.map((kind) => ({
      id: `reading/secret/${way}/${kind}`,
      tries: `a secret (${kind}) is sent in ${way}`,
      async run() {
        const { seeds, world } = await sending();
        const { secret } = seeds.find((each) => each.kind === kind)!;
        const where = world.whereIs(secret, []);
        return where?.startsWith('it was sent') || world.sent.includes(secret) ? 'it was sent' : undefined;
      },
    }));
  });
}

function filesOf(seeds: Seed[]): Record<string, string> {
  return Object.fromEntries(
    seeds.map(({ kind, line }) => [`src/${kind}.ts`, `${around}\n${line}\nexport {};\n`]),
  );
}

function textOf(seeds: Seed[]): string {
  return `${around}\n${seeds.map(({ line }) => line).join('\n')}\n`;
}

/** The key in what the user sends, and in odd places of it. */
function ownKey(stage: Stage): Attack[] {
  const places: [string, (key: string) => string][] = [
    ['plain', (key) => key],
    ['in-a-long-line', (key) => `${'x'.repeat(3000)}"${key}"${'y'.repeat(3000)}`],
    ['beyond-4-kb', (key) => `${'ab '.repeat(4000)}${key}`],
    ['in-a-url', (key) => `https://api.example.org/?api_key=${key}&x=1`],
    ['after-letters', (key) => `export KEY=${key}`],
    ['in-quotes', (key) => `'Bearer ${key}'`],
    ['last-without-newline', (key) => `k: ${key}`],
  ];
  return places.map(([name, line]) => ({
    id: `reading/own-key/${name}`,
    tries: "the user's own key stands in a file that is sent",
    async run() {
      const world = stage.world({ files: { 'a.ts': `${around}\n${line(stage.key)}` } });
      const ran = await world.run(['docs', 'describe', '-f', 'a.ts']);
      staged(world.sent.includes(around), 'the file was not sent');
      return firstOf(world.judge(ran), world.sent.includes(stage.key) ? 'it was sent' : undefined);
    },
  }));
}

/** Forms in which a server may say the key back. */
const forms: [string, (key: string) => string][] = [
  ['plain', (key) => key],
  ['header', (key) => `Bearer ${key}`],
  ['base64', (key) => Buffer.from(key).toString('base64')],
  ['base64-of-header', (key) => Buffer.from(`Authorization: Bearer ${key}`).toString('base64')],
  ['base64-url', (key) => Buffer.from(` ${key}`).toString('base64url')],
  ['hex', (key) => Buffer.from(key).toString('hex')],
  ['upper-case', (key) => key.toUpperCase()],
  ['half', (key) => key.slice(0, key.length / 2)],
  ['second-half', (key) => key.slice(key.length / 2)],
  ['cut', (key) => `your key ${key.slice(0, -3)}`],
];

type Carrier = (exchange: Exchange, text: string) => void;

const fail =
  (status: number, error: object, headers: Record<string, string> = {}): Carrier =>
  ({ response }) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error }));
  };

/** Places of an answer in which it may say it. */
const carriers: [string, Carrier][] = [
  [
    'message-400',
    (exchange, text) => fail(400, { message: text, type: 'invalid_request_error' })(exchange, text),
  ],
  [
    'message-401',
    (exchange, text) =>
      fail(401, { message: `Incorrect API key: ${text}`, code: 'invalid_api_key' })(exchange, text),
  ],
  [
    'message-429',
    (exchange, text) => fail(429, { message: text, code: 'insufficient_quota' })(exchange, text),
  ],
  [
    'code',
    (exchange, text) => fail(400, { message: 'no', code: text, param: text, type: text })(exchange, text),
  ],
  ['header', (exchange, text) => fail(500, { message: 'no' }, { 'x-request-id': text })(exchange, text)],
  [
    'html',
    ({ response }, text) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end(`<html><title>${text}</title><body>${text}</body></html>`);
    },
  ],
  [
    'redirect',
    ({ response }, text) => {
      response.writeHead(302, { location: `http://127.0.0.1:9/${text}` });
      response.end();
    },
  ],
  ['response-id', ({ say }, text) => say('fine', { id: text })],
  ['model', ({ say }, text) => say('fine', { model: text })],
  ['tier', ({ say }, text) => say('fine', { service_tier: text })],
  [
    'failed',
    ({ say }, text) => say('', { status: 'failed', error: { code: 'server_error', message: text } }),
  ],
  [
    'incomplete',
    ({ say }, text) => say('half', { status: 'incomplete', incomplete_details: { reason: text } }),
  ],
  ['answer', ({ say }, text) => say(`# Title\n\nThe key is ${text}\n`)],
];

function echoes(stage: Stage): Attack[] {
  const all = carriers.flatMap(([where, carrier]) =>
    // Every form in one place, the plain one in all.
    (where === 'message-400' ? forms : forms.slice(0, 1)).map(([form, spell]) => ({
      where,
      carrier,
      form,
      spell,
    })),
  );
  return all.map(({ where, carrier, form, spell }) => ({
    id: `reading/echo/${where}/${form}`,
    tries: `a server says the key back (${form}) in its ${where}`,
    async run() {
      const text = spell(stage.key);
      const world = stage.world({
        env: { ORCH_LOG_LEVEL: 'debug', ORCH_LOG_FILE: undefined },
        policies: { retry: { maxRetries: 0 } },
      });
      world.answer((exchange) => carrier(exchange, text));
      const ran = await world.run(['docs', 'describe', '--json', '-m', 'chat', '--timeout', '15']);
      const report = await world.run(['usage', 'report', '--by', 'run,error', '--format', 'json']);
      staged(world.asked.length > 0, 'nothing was asked');
      const secret = form === 'plain' || form === 'header' ? stage.key : longest(text);
      return firstOf(world.judge(ran, report), inOutput(world, secret, [ran, report]));
    },
  }));
}

function longest(text: string): string {
  return text.split(' ').sort((a, b) => b.length - a.length)[0]!;
}

function inOutput(world: World, secret: string, runs: Ran[]): Verdict {
  const body = world.asked.map(({ text }) => text).join('');
  staged(!body.includes(secret), 'the secret was in the request itself');
  return world.whereIs(secret, runs);
}

/** Secrets of the user's that are no key: in headers, addresses, names. */
function otherSecrets(stage: Stage): Attack[] {
  const secret = 'zq7Wn4tXb92LmPcV58';
  const echoHeaders: Carrier = ({ asked, response }) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    const message = `bad headers: ${JSON.stringify(asked.headers)} at ${asked.path}`;
    response.end(JSON.stringify({ error: { message, type: 'invalid_request_error' } }));
  };
  const cases: [string, (world: World) => Record<string, string>][] = [
    ['custom-header', () => ({ OPENAI_CUSTOM_HEADERS: `X-Gateway: ${secret}` })],
    ['custom-header-plain-name', () => ({ OPENAI_CUSTOM_HEADERS: `Colour: ${secret}` })],
    ['two-headers', () => ({ OPENAI_CUSTOM_HEADERS: `A: b\nCf-Access-Client-Id: ${secret}` })],
    ['base-url-path', ({ url }) => ({ OPENAI_BASE_URL: url.replace('/v1', `/${secret}/v1`) })],
    ['base-url-query', ({ url }) => ({ OPENAI_BASE_URL: `${url}?tenant=${secret}` })],
    ['project', () => ({ ORCH_PROJECT: `sk-proj-${secret}${secret}` })],
    ['organisation', () => ({ OPENAI_ORG_ID: `sk-${secret}${secret}` })],
  ];
  const commands: [string, string[]][] = [
    ['call', ['docs', 'describe', '--json', '-m', 'chat']],
    ['doctor', ['doctor', '--verbose', '--timeout', '5']],
  ];
  return cases.flatMap(([name, env]) =>
    commands.map(([command, args]) => ({
      id: `reading/other-secret/${name}/${command}`,
      tries: `a secret given as ${name} is shown or recorded by ${args[0]}`,
      async run() {
        const world = stage.world({
          env: { ORCH_LOG_LEVEL: 'debug' },
          policies: { retry: { maxRetries: 0 } },
        });
        world.answer((exchange) => echoHeaders(exchange, ''));
        const ran = await world.run(args, { env: env(world) });
        const report = await world.run(['usage', 'report', '--by', 'project', '--format', 'json'], {
          env: env(world),
        });
        const hit = [ran, report].find(({ stdout, stderr }) => (stdout + stderr).includes(secret));
        if (hit) return `shown: ${shown(around10(hit.stdout + hit.stderr, secret))}`;
        const where = world.whereIs(secret, []);
        return firstOf(world.judge(ran), where?.startsWith('it was sent') ? undefined : where);
      },
    })),
  );
}

function around10(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 60), at + secret.length + 10);
}
