/** What a Redis answers with where it cannot be used, and what the user can do about it. */
/** What the script needs, as words of an ACL rule. */
export const neededRights =
  '~{orch-budget}:* +eval +select +time +hget +hgetall +hmget +hset +hdel +hincrby +del +zadd +zscore +zremrangebyscore';

const account = 'correct the user name and the password in ORCH_BUDGET_URL';

/** By what the message begins with, or holds where a script has passed it on. */
const hints: readonly (readonly [message: RegExp, hint: string])[] = [
  [/WRONGPASS|NOAUTH|without any password/, account],
  [/NOPERM|No permissions/, `give the user of ORCH_BUDGET_URL these rights: ${neededRights}`],
  [/READONLY/, 'name the primary server in ORCH_BUDGET_URL, not a replica'],
  [/OOM command not allowed/, "raise the server's maxmemory, or remove what else it holds"],
  [/LOADING/, 'wait until the server has loaded its data, and try again'],
  [/MISCONF/, 'let the server save its data again: its log says what fails'],
  [/DB index/, 'correct the number of the database in ORCH_BUDGET_URL'],
  [/^DENIED/, 'set a password for the server and name it in ORCH_BUDGET_URL'],
  [/MOVED|CROSSSLOT|CLUSTERDOWN/, 'name a server in ORCH_BUDGET_URL that is not part of a cluster'],
];

export interface RedisFault {
  message: string;
  /** Undefined if there is no better advice than for any failure. */
  hint: string | undefined;
}

export async function redisFault(error: unknown): Promise<RedisFault> {
  if (!(error instanceof Error)) return { message: String(error), hint: undefined };
  const { code } = error as NodeJS.ErrnoException;
  // Loaded with what sends requests, which a status has no need of.
  const { connectionWords, foreignProtocol } = await import('../http/connection-errors.ts');
  if (foreignProtocol(code) === 'TLS')
    return { message: 'it does not speak TLS', hint: 'check the port in ORCH_BUDGET_URL' };
  const words = connectionWords(code);
  const message = words === undefined || words === code ? error.message : words;
  return { message, hint: hints.find(([known]) => known.test(error.message))?.[1] };
}
