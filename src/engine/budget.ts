/** The port of what is spent under a budget, by all processes that share it. */
import type { Limit, Row, Standing, Sum } from '../core/budget/state.ts';

/** Amounts are whole billionths of a dollar; days are `YYYY-MM-DD` as the user's clock shows them. */
export interface Expense {
  day: string;
  /** Empty for none. */
  project: string;
  nano: number;
}

export interface ReservationRequest extends Expense {
  /** Of each, what is spent and reserved already must leave this much. */
  limits: readonly Limit[];
  /** Written to the usage record if this process is not heard of any more. */
  row?: Row | undefined;
  /** To commit it in the same step. Default: it is held. */
  spend?: boolean | undefined;
}

export interface Reserved {
  id: string;
  /** What is settled of each limit, in their order. */
  settled: number[];
}

/**
 * A reservation is held until it is committed, which has to happen before the first byte of a request is sent, and then
 * counts at its full amount until it is settled. It is renewed while this process runs; of a process that has gone, what
 * is held is given back, and what was committed stays at its full amount.
 *
 * Every method rejects with `budget-unavailable` if it cannot be known whether it had an effect.
 */
export interface Budget {
  /** `refused`: the limit with the least left. */
  reserve(request: ReservationRequest): Promise<Reserved | { refused: Standing }>;
  /** False if the reservation is over, as this process was stopped for too long: then nothing may be sent. */
  commit(id: string): Promise<boolean>;
  /**
   * Replaces the reservation by what was spent, also one that others have taken for lost. If it rejects, that is tried
   * again with each renewal for most of an hour, while this process runs.
   */
  settle(id: string, nano: number): Promise<void>;
  /** Gives back what was held. */
  release(id: string): Promise<void>;
  /** Adds what was spent without a reservation, if a budget is kept at all. */
  add(spending: Expense): Promise<void>;
  /** Renews what this process has reserved; happens by itself as well. */
  renew(): Promise<void>;
  /** Rejects where a call could not be counted though its state can be read. Writes nothing. Default: it always can. */
  assertWritable?(): Promise<void>;
  /** Only looks: it begins, expires and writes nothing. */
  state(limits: readonly Limit[], day: string): Promise<Standing[]>;
  close(): Promise<void>;
}

/** What every implementation needs. */
export interface BudgetOptions {
  now: () => number;
  newId: () => string;
  /** What the usage record holds, for a budget that begins now. */
  genesis: () => Promise<readonly Sum[]>;
  /** Takes the row of a reservation that was spent by a process that has gone. */
  onEstimated: (row: Row, nano: number) => Promise<void>;
  /** Default 30 s. */
  leaseMs?: number | undefined;
}

export const defaultLeaseMs = 30_000;
