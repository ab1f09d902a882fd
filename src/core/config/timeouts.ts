/**
 * The limits of one attempt and of a call. Where the policy sets none, they follow from what is asked for: how long a
 * model may think from the effort, how long an answer may take from the output cap.
 */
import { type ReasoningEffort, reasoningEfforts } from '../tasks/tasks.ts';
import type { Policies, TimeoutSettings } from './policy.ts';

/** All in milliseconds. */
export interface Timeouts {
  firstEventMs: number;
  /** Longest silence until the visible text begins. */
  thinkingMs: number;
  /** Longest silence while the visible text is written. */
  idleMs: number;
  totalMs: number;
}

/** What the limits of an attempt depend on. */
export interface Asked {
  /** Reasoning included. */
  maxOutputTokens: number;
  effort: ReasoningEffort | undefined;
  /** As the request names it. Default: the provider's default. */
  serviceTier?: string | undefined;
}

const firstEventMs = 45_000;
const idleMs = 60_000;
export const thinkingMs = 120_000;
/** From effort high on. */
export const hardThinkingMs = 300_000;

/** A request in tier flex may be queued; the provider's own guide allows fifteen minutes. */
const flexWaitMs = 900_000;

/** The defaults that are the same for every request. */
export const fixedTimeouts = { firstEventMs, idleMs, flexWaitMs };

/** Comments and blank lines extend the wait for the first event to this at most. */
export const firstEventAtMostMs = 120_000;
/** After the first event, comments and blank lines alone keep an attempt alive until it is this old. */
export const keptAliveMs = 600_000;

/** Of what is left of a call, while another model could still be asked: a wedged server must not use up its time. */
export const shareOfAttempt = 0.7;

/** Of its limit for the first event: with less time than this an attempt is not made, since it could only fail. */
export const leastShareOfFirstEvent = 0.05;

/** The default of a call, and of an attempt, where the answer is short. */
export const leastTotalMs = 600_000;
const mostTotalMs = 86_400_000;

/** The slowest rate that was measured; the median is 56. */
export const slowestTokensPerSecond = 9;

export function timeoutsFor(policies: Policies, alias: string, asked: Asked): Timeouts {
  const set = settingsOf(policies, alias);
  const writingMs = Math.ceil((asked.maxOutputTokens * 1000) / slowestTokensPerSecond);
  const queuedMs = waitsInQueue(asked) ? (set.flexWaitMs ?? flexWaitMs) : undefined;
  const startingMs = Math.max(firstEventAtMostMs, queuedMs ?? 0);
  return {
    firstEventMs: queuedMs ?? set.firstEventMs ?? firstEventMs,
    // That it is queued may be all that the server says before it begins.
    thinkingMs: thinkingFor(asked.effort, set.idleMs, queuedMs),
    idleMs: set.idleMs ?? idleMs,
    totalMs: set.totalMs ?? Math.min(Math.max(leastTotalMs, startingMs + writingMs), mostTotalMs),
  };
}

/** The setting that limits the wait for the first event. */
export function firstEventKey(asked: Pick<Asked, 'serviceTier'>): 'firstEventMs' | 'flexWaitMs' {
  return waitsInQueue(asked) ? 'flexWaitMs' : 'firstEventMs';
}

function waitsInQueue({ serviceTier }: Pick<Asked, 'serviceTier'>): boolean {
  return serviceTier === 'flex';
}

/** The lowest limit that applies by default. */
export function leastTimeout(policies: Policies, alias: string, key: keyof TimeoutSettings): number {
  const defaults = { ...fixedTimeouts, totalMs: leastTotalMs * shareOfAttempt };
  return settingsOf(policies, alias)[key] ?? defaults[key];
}

/** The key in `policies.json` that a limit comes from, or that would change it. */
export function timeoutSetting(
  policies: Policies,
  alias: string,
  key: keyof TimeoutSettings,
): { name: string; isSet: boolean } {
  const isOwn = ownSettings(policies, alias)?.[key] !== undefined;
  return {
    name: `timeouts.${isOwn ? alias : 'default'}.${key}`,
    isSet: settingsOf(policies, alias)[key] !== undefined,
  };
}

/** Long enough for the slowest of the answers. */
export function callTimeoutMs(attempts: readonly Timeouts[]): number {
  return Math.max(leastTotalMs, ...attempts.map(({ totalMs }) => totalMs));
}

/**
 * From a set limit of silence: a shorter one than the default is meant for all silence, and thinking may take as long
 * as a longer one. The default itself, written out, changes nothing.
 */
function thinkingFor(effort: ReasoningEffort | undefined, setMs = idleMs, queuedMs = 0): number {
  if (setMs < idleMs) return setMs;
  const isHard = effort !== undefined && reasoningEfforts.indexOf(effort) >= reasoningEfforts.indexOf('high');
  return Math.max(isHard ? hardThinkingMs : thinkingMs, setMs, queuedMs);
}

function settingsOf(policies: Policies, alias: string): TimeoutSettings {
  return { ...policies.timeouts.default, ...ownSettings(policies, alias) };
}

function ownSettings({ timeouts }: Policies, alias: string): TimeoutSettings | undefined {
  return Object.hasOwn(timeouts, alias) ? timeouts[alias] : undefined;
}
