/** Everything that a provider has been seen to do, by name, as a scenario. */
import type { Scenario } from '../rehearsal/scenario.ts';

const error = (status: number, message: string, code: string | null, extra: Partial<Scenario> = {}) =>
  (() => ({ kind: 'error', status, message, code, ...extra }) as Scenario) satisfies () => Scenario;
const rateLimited = (headers: Record<string, string>) =>
  error(429, 'Rate limit reached', 'rate_limit_exceeded', { headers });

/** `text` is the whole answer: what is cut is cut out of it. */
export const faults: Readonly<Record<string, (text: string) => Scenario>> = {
  'rate-limited': rateLimited({ 'retry-after-ms': '20' }),
  'rate-limited-no-header': rateLimited({}),
  'rate-limited-an-hour': rateLimited({ 'retry-after': '3600' }),
  'too-large': error(429, 'Request too large for gpt: Limit 10, Requested 20', 'rate_limit_exceeded'),
  'quota-gone': error(429, 'You exceeded your current quota', 'insufficient_quota'),
  'bad-key': error(401, 'Incorrect API key provided', 'invalid_api_key'),
  'server-error': error(500, 'The server had an error', 'server_error'),
  overloaded: error(503, 'Overloaded', null),
  'bad-gateway-page': () => ({ kind: 'html', status: 502 }),
  'web-page': () => ({ kind: 'html', status: 200 }),
  'not-found-page': () => ({ kind: 'html', status: 404 }),
  'reset-before-headers': (text) => ({ kind: 'reset', after: 'request', text }),
  'reset-after-headers': (text) => ({ kind: 'reset', after: 'headers', text }),
  'reset-in-the-middle': (text) => ({ kind: 'reset', after: 8, text }),
  'no-response': (text) => ({ kind: 'hang', after: 'request', text }),
  'headers-only': (text) => ({ kind: 'hang', after: 'headers', text }),
  'silent-half-way': (text) => ({ kind: 'hang', after: 6, text }),
  'silent-at-the-end': (text) => ({ kind: 'hang', after: 1_000_000, text }),
  'cut-in-the-middle': (text) => ({ kind: 'cut', after: 8, text }),
  'no-terminal-event': (text) => ({ kind: 'cut', after: 1_000_000, text }),
  'malformed-event': (text) => ({ kind: 'malformed-event', after: 3, text }),
  'error-in-stream': (text) => ({ kind: 'stream-error', message: 'boom', after: 3, text }),
  'nested-error-in-stream': (text) => ({
    kind: 'stream-error',
    form: 'nested',
    message: 'boom',
    after: 3,
    text,
  }),
  'failed-in-stream': (text) => ({
    kind: 'stream-error',
    form: 'response.failed',
    message: 'boom',
    after: 3,
    text,
  }),
  'window-exceeded': error(400, 'Your input exceeds the context window', 'context_length_exceeded'),
  'window-exceeded-in-stream': () => ({
    kind: 'stream-error',
    message: 'Your input exceeds the context window',
    code: 'context_length_exceeded',
  }),
  'content-policy': error(400, 'Invalid prompt: against our usage policy', 'invalid_prompt'),
  refusal: () => ({ kind: 'refusal', text: 'I cannot help with that.' }),
  'parameter-refused': error(400, "Unsupported parameter: 'temperature'", null, { param: 'temperature' }),
  'bad-request': error(400, 'Invalid value', 'invalid_value', { param: 'input' }),
  'reasoning-ate-the-cap': () => ({ kind: 'incomplete', reason: 'max_output_tokens', text: '' }),
  'content-filter': (text) => ({ kind: 'incomplete', reason: 'content_filter', text: text.slice(0, 40) }),
  empty: () => ({ kind: 'empty' }),
  cancelled: (text) => ({ kind: 'cancelled', text }),
  'broken-json': () => ({ kind: 'bad-json' }),
  'not-an-object': () => ({ kind: 'raw', body: '42' }),
  'no-events': () => ({ kind: 'raw', headers: { 'content-type': 'text/event-stream' }, body: '' }),
  garbage: () => ({
    kind: 'raw',
    headers: { 'content-type': 'text/event-stream' },
    body: ['\xff\xfe\0', 'data\n\n', 'data: {}\n\n', 'data: [DONE]\n\n'],
  }),
  redirect: () => ({ kind: 'redirect', location: 'http://127.0.0.1:1/v1/responses' }),
  'no-usage': (text) => ({ kind: 'no-usage', text }),
  commentary: (text) => ({ kind: 'commentary', commentary: 'Let me see.', text }),
  noise: (text) => ({ kind: 'text', text, noise: true }),
};
