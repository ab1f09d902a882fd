/** Checks the budgets: whether they can be counted, and what they allow. */
import { describeLimit } from '../budget/limits.ts';
import { usdOf } from '../budget/nano.ts';
import type { Standing } from '../budget/state.ts';
import { formatUsdDown } from '../text/format.ts';
import { brokenCheck, type Finding, ok, problem, warning } from './finding.ts';

export interface BudgetCheck {
  /** Of a shared one, without user name and password; else the folder. */
  place: string;
  /** How the limits stand, or why that is not known. */
  standings: readonly Standing[] | { error: unknown };
  /** Why the folder cannot be written. */
  writeFault: string | undefined;
  /** Whether a request that cannot be counted is sent all the same. */
  sendsUncounted: boolean;
  /** Whether the usage record is written. */
  records: boolean;
}

export function budgetFindings(state: BudgetCheck): Finding[] {
  const { place, standings, writeFault } = state;
  if (writeFault !== undefined) {
    return [
      uncounted(
        state,
        problem(
          'budget',
          `${place} is not writable (${writeFault})`,
          'make it writable, or set XDG_STATE_HOME to a writable folder',
        ),
      ),
    ];
  }
  if ('error' in standings) return [uncounted(state, brokenCheck('budget', standings.error))];
  return [
    ok('budget', `counted in ${place}`),
    ...standings.map(standingFinding),
    ...(state.records
      ? []
      : [
          warning(
            'budget',
            'usage is not recorded: a budget that is begun anew or rebuilt starts from $0',
            'unset ORCH_USAGE_CSV to record usage',
          ),
        ]),
  ];
}

/** What a budget that cannot be used means for a call. */
function uncounted({ sendsUncounted }: BudgetCheck, { id, message, hint }: Finding): Finding {
  return sendsUncounted
    ? warning(id, `${message}: requests are sent without being counted`, hint)
    : problem(id, `${message}: no request is sent`, hint);
}

function standingFinding(standing: Standing): Finding {
  const limit = describeLimit(standing);
  if (standing.nano === 0)
    return warning('budget', `the ${limit} allows no request`, 'set a higher one, or remove it');
  if (standing.left === 0)
    return warning('budget', `nothing is left of the ${limit}`, 'wait for the next one, or raise it');
  return ok('budget', `${formatUsdDown(usdOf(standing.left))} is left of the ${limit}`);
}
