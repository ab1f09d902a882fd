/** What a Redis answers with where it cannot be used, and what the user can do about it. */

/** What the script needs, as words of an ACL rule. */
export const neededRights =
  '~{orch-budget}:* +eval +evalsha +select +time +hget +hgetall +hmget +hset +hdel +hincrby +del +zadd +zscore +zremrangebyscore';

const account = 'correct the user name and the password in ORCH_BUDGET_URL';

/** By the code and the message, which may be one that a script has passed on. */
const hints: readonly (readonly [message: RegExp, hint: string])[] = [
  [/WRONGPASS|NOAUTH|without any password/, account],
  [/NOPERM|No permissions/, `give the user of ORCH_BUDGET_URL these rights: ${neededRights}`],
  [/READONLY/, 'name the primary server in ORCH_BUDGET_URL, not a replica'],
  [/\bOOM\b/, "raise the server's maxmemory, or remove what else it holds"],
  [/LOADING/, 'wait until the server has loaded its data, and try again'],
  [/MISCONF/, 'let the server save its data again: its log says what fails'],
  [/DB index/, 'correct the number of the database in ORCH_BUDGET_URL'],
  [/DENIED/, 'set a password for the server and name it in ORCH_BUDGET_URL'],
  [/MOVED|CROSSSLOT|CLUSTERDOWN/, 'name a server in ORCH_BUDGET_URL that is not part of a cluster'],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|no answer/,
    'start the server, or correct host and port in ORCH_BUDGET_URL',
  ],
  [
    /Connection is closed|ECONNRESET|EPIPE/,
    'check the server, and ORCH_BUDGET_URL: a server with TLS needs rediss://',
  ],
];

export interface RedisFault {
  message: string;
  hint: string;
}

/** Without the place in our script, which says nothing to the user. Redis 6 has it in front, later ones at the end. */
function withoutPlace(message: string): string {
  return message
    .replace(/\s*script: [0-9a-f]{40}, on @user_script:\s*\d+\.?$/, '')
    .replace(/Error running script \(call to f_[0-9a-f]{40}\): @user_script:\s*\d+:\s*/, '');
}

const anyFailure = 'check ORCH_BUDGET_URL and the server';

export async function redisFault(error: unknown): Promise<RedisFault> {
  if (!(error instanceof Error)) return { message: String(error), hint: anyFailure };
  const { code } = error as NodeJS.ErrnoException;
  // Loaded with what sends requests, which a status has no need of.
  const { connectionWords, foreignProtocol } = await import('../http/connection-errors.ts');
  if (foreignProtocol(code) === 'TLS')
    return { message: 'it does not speak TLS', hint: 'check the port in ORCH_BUDGET_URL' };
  if (/^Protocol error|^Unknown RESP/.test(error.message))
    return { message: 'it does not answer as Redis does', hint: 'check host and port in ORCH_BUDGET_URL' };
  const words = connectionWords(code);
  const message = words === undefined || words === code ? withoutPlace(error.message) : words;
  // The error for a name with several addresses has no message of its own.
  const hint = hints.find(([known]) => known.test(`${code} ${error.message}`))?.[1] ?? anyFailure;
  return { message, hint };
}
