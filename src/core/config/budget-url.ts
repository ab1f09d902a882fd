/** The address of the server where budgets are counted, and what may be shown of it. */
import { isThisMachine } from './base-url.ts';

/** Why the text cannot be used. Never repeats it: it may hold a password. */
export function budgetUrlFault(text: string): { message: string; hint: string } | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isRedis = url !== undefined && ['redis:', 'rediss:'].includes(url.protocol) && url.hostname !== '';
  if (!isRedis || !/^(\/\d*)?$/.test(url.pathname))
    return {
      message: 'is not a redis:// or rediss:// URL',
      hint: 'use a URL such as rediss://user:password@budget.example.com:6380/0',
    };
  if (url.protocol === 'redis:' && !isOnThisMachine(url))
    return {
      message: `redis:// would reach ${url.host} unencrypted`,
      hint: 'use rediss://',
    };
  return undefined;
}

/** Without user name and password. */
export function shownBudgetUrl(text: string): string {
  if (!URL.canParse(text)) return '…';
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${/^\/\d*$/.test(pathname) ? pathname : ''}`;
}

/** `URL` does not normalise the host of a redis:// address, so it is read as that of an http:// one. */
function isOnThisMachine({ host }: URL): boolean {
  const as = `http://${host}`;
  return URL.canParse(as) && isThisMachine(new URL(as).hostname);
}
