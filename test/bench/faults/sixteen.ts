/** The sixteen faults of the published crash test, as they look on the Responses wire. */
import type { Scenario } from '../../rehearsal/scenario.ts';
import { during, type Scripted } from '../../rehearsal/script.ts';
import { chunks, primaryText, secondaryText } from './stage.ts';

export interface Setting {
  stream: boolean;
  /** How many milliseconds a second of the fault takes. */
  second: number;
}

export interface Fault {
  number: number;
  name: string;
  primary: (setting: Setting) => Scripted;
  /** Default: a healthy answer. */
  secondary?: Scripted;
  /** Most tries of the faulty model in one call. */
  mostTries: number;
  /** No more than so many tries of it in so many seconds from the first. */
  mostWithin?: { tries: number; seconds: number };
  /** Seconds within which the call must be over. */
  withinSeconds: number;
  /** The right end is an error that says these words. Default: the whole answer. */
  errorSays?: string;
  /** The faulty model itself must have answered: another one is a hop too many. */
  byPrimary?: boolean;
}

const healthy: Scenario = { kind: 'text', text: primaryText, chunks };
const twoThirds = (chunks * 2) / 3;
/** A plain answer is sent in four pieces. */
const plainTwoThirds = 3;
const broken = { text: primaryText, chunks };
const brokenPlain = { text: primaryText };
export const policyReason = 'This content violates our policy on made-up dragons';

const error = (status: number, message: string, rest: object = {}): Scenario => ({
  kind: 'error',
  status,
  message,
  ...rest,
});
const overloaded = error(503, 'The engine is currently overloaded');
const slowDown = (rest: object = {}) =>
  error(429, 'Rate limit reached for requests', { code: 'rate_limit_exceeded', ...rest });
const diesAtTwoThirds = ({ stream }: Setting): Scenario =>
  stream
    ? { kind: 'reset', after: twoThirds, ...broken }
    : { kind: 'reset', after: plainTwoThirds, ...brokenPlain };

export const outageSeconds = 60;

export const faults: readonly Fault[] = [
  {
    number: 1,
    name: '429 with Retry-After 2, then fine',
    primary: () => [slowDown({ headers: { 'retry-after': '2' } }), healthy, healthy],
    mostTries: 2,
    mostWithin: { tries: 2, seconds: 1.5 },
    withinSeconds: 15,
  },
  {
    number: 2,
    name: '429 for ever, no header',
    primary: () => slowDown(),
    mostTries: 6,
    mostWithin: { tries: 4, seconds: 3 },
    withinSeconds: 15,
  },
  {
    number: 3,
    name: '500 once',
    primary: () => [error(500, 'The server had an error'), healthy, healthy],
    mostTries: 2,
    withinSeconds: 15,
    byPrimary: true,
  },
  {
    number: 4,
    name: '503 for ever',
    primary: () => overloaded,
    mostTries: 6,
    mostWithin: { tries: 4, seconds: 3 },
    withinSeconds: 15,
  },
  {
    number: 5,
    name: 'reset before headers, once',
    primary: () => [{ kind: 'reset', after: 'request' }, healthy, healthy],
    mostTries: 2,
    withinSeconds: 15,
  },
  {
    number: 6,
    name: 'no response at all',
    primary: () => ({ kind: 'hang', after: 'request' }),
    mostTries: 1,
    withinSeconds: 15,
  },
  {
    number: 7,
    name: 'headers at once, first event after 20 s',
    primary: ({ second }) => ({ ...healthy, delayMs: 20 * second }),
    mostTries: 1,
    withinSeconds: 15,
  },
  {
    number: 8,
    name: 'stream dies at two thirds',
    primary: diesAtTwoThirds,
    mostTries: 3,
    withinSeconds: 15,
  },
  {
    number: 9,
    name: 'stream goes silent half way',
    primary: ({ stream }) =>
      stream ? { kind: 'hang', after: chunks / 2, ...broken } : { kind: 'hang', after: 2, ...brokenPlain },
    mostTries: 1,
    withinSeconds: 15,
  },
  {
    number: 10,
    name: 'one malformed event, the rest fine',
    primary: ({ stream }) =>
      stream ? { kind: 'malformed-event', after: 5, ...broken } : [{ kind: 'bad-json' }, healthy, healthy],
    mostTries: 2,
    withinSeconds: 15,
  },
  {
    number: 11,
    // The closing event is there with its usage; [DONE], which ends streams on the older wire, is not.
    name: 'stream ends without its sentinel',
    primary: () => healthy,
    mostTries: 1,
    withinSeconds: 3,
    byPrimary: true,
  },
  {
    number: 12,
    name: 'context_length_exceeded',
    primary: () =>
      error(400, 'Your input exceeds the context window of this model.', {
        code: 'context_length_exceeded',
        param: 'input',
      }),
    mostTries: 1,
    withinSeconds: 15,
  },
  {
    number: 13,
    name: 'content policy refusal',
    primary: () => error(400, policyReason, { code: 'content_policy_violation' }),
    mostTries: 1,
    withinSeconds: 15,
    errorSays: policyReason,
  },
  {
    number: 14,
    name: 'dies in mid-stream, no continuation',
    primary: diesAtTwoThirds,
    secondary: ({ body }) =>
      JSON.stringify(body).includes('First sentence')
        ? error(400, 'Prefilled answers are not supported', { param: 'input' })
        : { kind: 'text', text: secondaryText, chunks },
    mostTries: 3,
    withinSeconds: 15,
  },
  {
    number: 15,
    name: 'down for a minute, a call every 4 s',
    primary:
      ({ second }) =>
      (request) =>
        during(0, outageSeconds * second, overloaded)(request) ?? healthy,
    mostTries: 3,
    withinSeconds: 15,
  },
  {
    number: 16,
    name: '503 for ever; accounting',
    primary: () => overloaded,
    mostTries: 6,
    withinSeconds: 15,
  },
];
