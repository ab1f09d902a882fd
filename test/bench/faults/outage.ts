/** Fault 15: a series of calls through an outage, and what the breaker made of it. */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { isWhole, type Judged, type Try } from './judge.ts';
import { outageSeconds } from './sixteen.ts';
import { type Outcome, primary, type Subject } from './stage.ts';

const everySeconds = 4;
export const recoverySeconds = 30;
/** Failures that open the circuit, with two retries each, and probes: what a patient caller may do. */
const mostTriesInOutage = 12;

export interface CallInOutage {
  /** Seconds since the outage began. */
  at: number;
  outcome: Outcome;
}

export async function callThroughOutage(
  subject: Subject,
  stream: boolean,
  now: () => number = performance.now.bind(performance),
  wait: (milliseconds: number) => Promise<unknown> = delay,
): Promise<CallInOutage[]> {
  const started = now();
  const calls: CallInOutage[] = [];
  const last = outageSeconds + recoverySeconds;
  for (let at = 0; at <= last; at += everySeconds) {
    const due = started + at * 1000 - now();
    if (due > 0) await wait(due);
    calls.push({ at: (now() - started) / 1000, outcome: await subject.ask({ stream }) });
  }
  return calls;
}

/** `tries` with `at` in milliseconds since the outage began. */
export function judgeOutage(calls: readonly CallInOutage[], tries: readonly Try[]): Judged {
  const rules: string[] = [];
  const conduct: string[] = [];
  if (calls.some(({ outcome }) => outcome.hung)) rules.push('hangs');
  if (calls.some(({ outcome }) => outcome.text !== undefined && !isWhole(outcome)))
    rules.push('a cut answer');
  const down = calls.filter(({ at }) => at < outageSeconds);
  const unserved = down.filter(({ outcome }) => outcome.text === undefined);
  const faulty = tries.filter(({ model, at }) => model === primary && at < outageSeconds * 1000);
  const askedLate = faulty.filter(({ at }) => at > 20_000);
  const back = calls.find(({ at, outcome }) => at >= outageSeconds && outcome.model === primary);
  const steady =
    back && calls.filter(({ at }) => at >= back.at).every(({ outcome }) => outcome.model === primary);
  if (faulty.length > mostTriesInOutage) conduct.push(`${faulty.length} tries during the outage`);
  if (askedLate.length > 3) conduct.push('no breaker');
  if (!back) conduct.push('not recovered');
  else if (back.at - outageSeconds > recoverySeconds)
    conduct.push(`recovered after ${back.at - outageSeconds} s`);
  else if (!steady) conduct.push('not steady after recovery');
  if (calls.some(({ outcome }) => outcome.text !== undefined && !outcome.usage?.output))
    conduct.push('no usage');
  const facts = `${down.length - unserved.length}/${down.length} served, ${faulty.length} tries of the sick model, back ${back ? `${(back.at - outageSeconds).toFixed(1)} s after` : 'never'}`;
  const note = [...rules, ...conduct, facts].join('; ');
  if (rules.length > 0) return { verdict: 'fail', note };
  if (unserved.length > 0) return { verdict: 'safe', note };
  return { verdict: conduct.length > 0 ? 'partial' : 'pass', note };
}
