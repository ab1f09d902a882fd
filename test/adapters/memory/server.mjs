/** A memory server that behaves as its first argument says, speaking the protocol by hand, as others would. */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [how, record] = process.argv.slice(2);
const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const noise = () =>
  how === 'noisy' && process.stdout.write('12:00:01 INFO [memory] loaded {"a": 1}\nnot json {\n\n');
const results = [
  { id: 7, text: 'Retries use jitter.', tags: ['http', 3], similarity: 0.9, timestamp: 'x' },
  { id: 'b', text: 'Three tries at most.', similarity: 0.5 },
];
const token = `ghp_${'0123456789abcdefABCDEF0123456789abcd'}`;
const secretResults = [{ id: `id ${token}`, text: 'The token.', tags: ['http', token] }];
/** Which the answer does not keep to. */
const outputSchema = { type: 'object', properties: {}, required: ['other'] };
const schema = {
  type: 'object',
  properties: {
    query: { type: 'string' },
    top_k: { type: 'integer' },
    similarity_threshold: { type: 'number' },
  },
  required: ['query'],
};

if (how === 'silent') process.on('SIGTERM', () => {});
if (how === 'flood') setInterval(() => process.stdout.write('x'.repeat(1 << 20)), 1);
// As a server that leaves something running, which holds its output open.
if (how === 'outlived')
  spawn(process.execPath, ['-e', 'setTimeout(() => {}, 10_000)'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  }).unref();
noise();
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (record)
    appendFileSync(
      record,
      `${method} ${JSON.stringify(params ?? {})} ${process.env.OPENAI_API_KEY ?? 'no key'} ${process.cwd()}\n`,
    );
  noise();
  if (id === undefined || how === 'silent' || how === 'flood') return;
  if (method === 'initialize')
    say({
      id,
      result: {
        protocolVersion: '2025-03-26',
        capabilities: { tools: {} },
        serverInfo: { name: 'm', version: '1' },
      },
    });
  else if (method === 'tools/list')
    say({
      id,
      result: {
        tools: [
          { name: 'memory_search', inputSchema: schema, ...(how === 'described' && { outputSchema }) },
          { name: 'cipher_bash', inputSchema: schema },
        ],
      },
    });
  else if (how === 'dies') process.exit(3);
  else if (how === 'hangs') return;
  else if (how === 'fails')
    say({ id, result: { isError: true, content: [{ type: 'text', text: 'no \u001b[31membedder' }] } });
  else if (how === 'plain')
    say({ id, result: { content: [{ type: 'text', text: 'We deploy on Mondays.' }] } });
  else if (how === 'secret')
    say({ id, result: { content: [{ type: 'text', text: JSON.stringify({ results: secretResults }) }] } });
  else if (how === 'structured') say({ id, result: { content: [], structuredContent: { results } } });
  else if (how === 'keys')
    say({
      id,
      result: {
        content: [{ type: 'text', text: `Use ghp_${'A1b2C3d4E5f6G7h8I9j0'.repeat(2).slice(0, 36)}.` }],
      },
    });
  else if (how === 'empty') say({ id, result: { content: [] } });
  else if (how === 'odd') say({ id, result: 'nonsense' });
  else
    say({
      id,
      result: { content: [{ type: 'text', text: JSON.stringify({ success: true, query: 'q', results }) }] },
    });
});
