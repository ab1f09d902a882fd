/** What comes of a fault, in the four verdicts of the published crash test. */
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import type { Fault } from './sixteen.ts';
import { type Outcome, primary, primaryText, secondary, secondaryText } from './stage.ts';

/**
 * pass: the whole answer, and the conduct is right. partial: an answer, but a fault of conduct. safe: a bounded,
 * clean error. fail: a hang, a cut answer given out as whole, or a broken rule.
 */
export type Verdict = 'pass' | 'partial' | 'safe' | 'fail';

export interface Try {
  model: string | undefined;
  at: number;
}

export interface Judged {
  verdict: Verdict;
  note: string;
}

export interface Evidence {
  outcome: Outcome;
  tries: readonly Try[];
  /** A call after the fault is over. */
  afterwards: Outcome | undefined;
}

export function isWhole({ text }: Outcome): boolean {
  return text?.trim() === primaryText || text?.trim() === secondaryText;
}

export function judge(fault: Fault, { outcome, tries, afterwards }: Evidence): Judged {
  const faulty = tries.filter(({ model }) => model === primary);
  const first = faulty[0]?.at ?? 0;
  const rules: string[] = [];
  const conduct: string[] = [];
  if (outcome.hung) rules.push('hangs');
  if (outcome.text !== undefined && !isWhole(outcome)) rules.push('a cut answer given out as whole');
  if (tries.length > 8) rules.push(`${tries.length} tries`);
  if (fault.errorSays !== undefined) {
    if (outcome.text !== undefined) rules.push('a refusal was evaded');
    if (tries.length > 1) rules.push('a refusal was asked again');
    if (outcome.error && !outcome.error.message.includes(fault.errorSays))
      conduct.push("the provider's reason is lost");
  }
  if (faulty.length > fault.mostTries) conduct.push(`${faulty.length} tries of the faulty model`);
  if (fault.mostWithin) {
    const { tries: most, seconds } = fault.mostWithin;
    const count = faulty.filter(({ at }) => at - first < seconds * 1000).length;
    if (count > most) conduct.push(`${count} tries in ${seconds} s`);
  }
  if (outcome.ms > fault.withinSeconds * 1000) conduct.push(`${(outcome.ms / 1000).toFixed(1)} s`);
  if (outcome.text !== undefined) {
    if (!outcome.usage?.output) conduct.push('no usage');
    const by = outcome.text.trim() === primaryText ? primary : secondary;
    if (outcome.model !== by) conduct.push(`says that ${outcome.model} answered, it was ${by}`);
    if (fault.byPrimary && by !== primary) conduct.push('hopped for nothing');
  }
  if (afterwards && !isWhole(afterwards)) conduct.push('does not answer afterwards');
  return verdictOf(fault, outcome, rules, conduct);
}

function verdictOf(fault: Fault, outcome: Outcome, rules: string[], conduct: string[]): Judged {
  if (rules.length > 0) return { verdict: 'fail', note: [...rules, ...conduct].join('; ') };
  const note = conduct.join('; ');
  if (fault.errorSays !== undefined) return { verdict: conduct.length > 0 ? 'partial' : 'pass', note };
  if (outcome.error)
    return {
      verdict: 'safe',
      note: [outcome.error.message.split('\n')[0]!, note].filter(Boolean).join('; '),
    };
  return { verdict: conduct.length > 0 ? 'partial' : 'pass', note };
}

/** Fault 16: who answered and what it cost, in the answer and in the record. */
export function judgeAccounts({ output }: Outcome, records: readonly Partial<UsageRecord>[]): string[] {
  const wrong: string[] = [];
  const expect = (holds: boolean, what: string) => {
    if (!holds) wrong.push(what);
  };
  if (!output) return ['no output'];
  const { meta } = output;
  const failed = records.slice(0, -1);
  const served = records.at(-1);
  expect(meta.model === secondary, 'meta.model is not the one that served');
  expect(meta.attempts.length === records.length, 'not every try is recorded');
  expect(
    failed.length > 0 && failed.every(({ error }) => error === 'server-error'),
    'failed tries have no error',
  );
  expect(
    failed.every((row) => row.output_tokens === undefined && row.cost_usd === undefined),
    'failed tries are billed',
  );
  expect(
    failed.every((row) => row.model_requested === primary),
    'failed tries name the wrong model',
  );
  expect(served?.model_served === secondary, 'the record names another model');
  expect(served?.output_tokens === meta.usage.output && meta.usage.output !== null, 'usage differs');
  expect(
    served?.cost_usd !== undefined && Math.abs(served.cost_usd - (meta.cost_usd ?? -1)) < 1e-9,
    'cost differs',
  );
  expect(served?.escalated_from === primary, 'the record does not say from where it hopped');
  return wrong;
}
