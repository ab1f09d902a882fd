/**
 * What is spent and reserved, as a state machine over a sequence of operations. It uses no clock and no order but that
 * of the sequence, so all who read the same sequence agree on the outcome of every operation in it.
 */
import { limitBroken } from './fit.ts';
import { type BudgetWindow, daysOf, isWithin } from './windows.ts';

/** An amount that must not be exceeded within a window, by all projects or one. */
export interface Limit {
  window: BudgetWindow;
  /** Null for all projects together. */
  project: string | null;
  nano: number;
}

/** How much of a limit is used. All amounts are billionths of a dollar. */
export interface Standing extends Limit {
  settled: number;
  /** Reserved, at worst. */
  open: number;
  /** Never negative. */
  left: number;
}

/** A row of the usage record, written if the process that reserved does not return: its cost is then estimated. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * `held`: nothing was sent, and nothing will be unless it is spent first. `spent`: a request may have been sent.
 * `estimated`: it was spent, and its process has not been heard of since; it is part of the sums.
 */
export type Phase = 'held' | 'spent' | 'estimated';

export interface Reservation {
  phase: Phase;
  /** The day that the amount counts for. */
  day: string;
  /** Empty for none. */
  project: string;
  nano: number;
  /**
   * Milliseconds since 1970 at which others may take it that its process is gone; of an estimated one that is not
   * recorded, that the process which was to record it is.
   */
  until: number;
  row: Row | undefined;
  /** Whether the row of an estimated one is in the usage record. */
  recorded?: boolean | undefined;
}

export type Sum = readonly [day: string, project: string, nano: number];

export interface Snapshot {
  sums: readonly Sum[];
  open: readonly (readonly [id: string, Reservation])[];
}

export type Operation =
  | ({ op: 'begin' } & Snapshot)
  | ({ op: 'reserve'; id: string; limits: readonly Limit[] } & Omit<Reservation, 'phase' | 'recorded'>)
  /** Held becomes spent: to be written before the first byte of a request. */
  | { op: 'commit'; id: string; until: number }
  | { op: 'renew'; id: string; until: number }
  /** Replaces a reservation by what was spent; one that is not known any more is added to the sums. */
  | { op: 'settle'; id: string; day: string; project: string; nano: number }
  | { op: 'release'; id: string }
  /**
   * Anyone may write this for a reservation whose time is over at `at`. Whoever finds one estimated by it has to record
   * its row until `until`, and then to write that it is recorded: otherwise somebody else does.
   */
  | { op: 'expire'; id: string; at: number; until: number }
  | { op: 'recorded'; id: string }
  /** Nothing after this counts: it has to be repeated after the snapshot that follows. */
  | { op: 'seal'; at: number };

export interface Outcome {
  /** Whether the operation had an effect. */
  done: boolean;
  /** Of a reservation that was refused: the limit with the least left. */
  refused?: Standing;
  /** Of an `expire`: what was spent, and will hardly be settled by its process; its row is to be recorded. */
  estimated?: Reservation;
}

const done: Outcome = { done: true };
const noEffect: Outcome = { done: false };

/** As many days as are kept, at least. Counted, not dated: a clock that was wrong for a moment must not drop sums. */
const daysKept = 62;
/** Time after which nobody settles what was estimated. */
const settledWithin = 24 * 60 * 60 * 1000;

export class BudgetState {
  /** Per day and project. */
  readonly #sums = new Map<string, Map<string, number>>();
  readonly #open = new Map<string, Reservation>();
  #begun = false;
  #sealedAt: number | undefined;

  get begun(): boolean {
    return this.#begun;
  }

  get sealed(): boolean {
    return this.#sealedAt !== undefined;
  }

  apply(operation: Operation): Outcome {
    if (this.sealed || this.#begun === (operation.op === 'begin')) return noEffect;
    switch (operation.op) {
      case 'begin':
        return this.#begin(operation);
      case 'reserve':
        return this.#reserve(operation);
      case 'commit':
        return this.#commit(operation);
      case 'renew':
        return this.#renew(operation);
      case 'settle':
        return this.#settle(operation);
      case 'release':
        return this.#open.get(operation.id)?.phase === 'held' ? this.#drop(operation.id) : noEffect;
      case 'expire':
        return this.#expire(operation);
      case 'recorded':
        return this.#recorded(operation.id);
      case 'seal':
        this.#sealedAt = operation.at;
        return done;
    }
  }

  /** `at`: what is overdue at this time counts as if it had been expired; default: it is open until it is. */
  standing(limit: Limit, day: string, at = Number.NEGATIVE_INFINITY): Standing {
    const days = daysOf(limit.window, day);
    const concerns = (project: string) => limit.project === null || limit.project === project;
    let settled = 0;
    for (const [each, projects] of this.#sums) {
      if (!isWithin(each, days)) continue;
      for (const [project, nano] of projects) if (concerns(project)) settled += nano;
    }
    let open = 0;
    for (const { phase, day: each, project, nano, until } of this.#open.values()) {
      if (phase === 'estimated' || !isWithin(each, days) || !concerns(project)) continue;
      if (until > at) open += nano;
      else if (phase === 'spent') settled += nano;
    }
    return { ...limit, settled, open, left: Math.max(0, limit.nano - settled - open) };
  }

  /** The ids of the reservations that may be expired at a time. */
  overdue(at: number): string[] {
    return [...this.#open].filter(([, found]) => isOverdue(found, at)).map(([id]) => id);
  }

  phaseOf(id: string): Phase | undefined {
    return this.#open.get(id)?.phase;
  }

  /** What a sealed sequence is continued from. */
  snapshot(): Snapshot {
    const at = this.#sealedAt ?? Number.NEGATIVE_INFINITY;
    const days = [...this.#sums.keys()].sort().slice(-daysKept);
    return {
      sums: days.flatMap((day) =>
        [...this.#sums.get(day)!].map(([project, nano]) => [day, project, nano] as const),
      ),
      open: [...this.#open].filter(
        ([, found]) => found.phase !== 'estimated' || isUnrecorded(found) || found.until + settledWithin > at,
      ),
    };
  }

  #begin({ sums, open }: Snapshot): Outcome {
    this.#begun = true;
    for (const [day, project, nano] of sums) this.#add(day, project, nano);
    for (const [id, reservation] of open) this.#open.set(id, { ...reservation });
    return done;
  }

  #reserve({ op: _, id, limits, ...wanted }: Operation & { op: 'reserve' }): Outcome {
    if (this.#open.has(id)) return noEffect;
    const standings = limits.map((limit) => this.standing(limit, wanted.day));
    const refused = limitBroken(wanted.nano, standings);
    if (refused) return { done: false, refused };
    this.#open.set(id, { ...wanted, phase: 'held' });
    return done;
  }

  #commit({ id, until }: { id: string; until: number }): Outcome {
    const found = this.#open.get(id);
    if (found?.phase !== 'held') return noEffect;
    found.phase = 'spent';
    found.until = until;
    return done;
  }

  #renew({ id, until }: { id: string; until: number }): Outcome {
    const found = this.#open.get(id);
    if (found === undefined || found.phase === 'estimated') return noEffect;
    found.until = until;
    return done;
  }

  #settle({ id, day, project, nano }: Operation & { op: 'settle' }): Outcome {
    const found = this.#open.get(id);
    if (found?.phase === 'estimated') this.#add(found.day, found.project, -found.nano);
    this.#open.delete(id);
    this.#add(found?.day ?? day, found?.project ?? project, nano);
    return done;
  }

  #expire({ id, at, until }: Operation & { op: 'expire' }): Outcome {
    const found = this.#open.get(id);
    if (found === undefined || !isOverdue(found, at)) return noEffect;
    if (found.phase === 'held') return this.#drop(id);
    if (found.phase === 'spent') this.#add(found.day, found.project, found.nano);
    found.phase = 'estimated';
    found.until = until;
    return { done: true, estimated: found };
  }

  #recorded(id: string): Outcome {
    const found = this.#open.get(id);
    if (found === undefined || !isUnrecorded(found)) return noEffect;
    found.recorded = true;
    return done;
  }

  #drop(id: string): Outcome {
    this.#open.delete(id);
    return done;
  }

  #add(day: string, project: string, nano: number): void {
    if (nano === 0) return;
    const projects = this.#sums.get(day) ?? new Map<string, number>();
    const sum = (projects.get(project) ?? 0) + nano;
    // A snapshot may have dropped the day of an estimate; and it can only hold safe integers.
    this.#sums.set(day, projects.set(project, Math.min(Math.max(sum, 0), Number.MAX_SAFE_INTEGER)));
  }
}

function isUnrecorded({ phase, row, recorded }: Reservation): boolean {
  return phase === 'estimated' && row !== undefined && recorded !== true;
}

function isOverdue(found: Reservation, at: number): boolean {
  return found.until <= at && (found.phase !== 'estimated' || isUnrecorded(found));
}
