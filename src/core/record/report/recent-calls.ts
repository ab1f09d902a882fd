/**
 * Recognises the attempts of one call, and rows that are there twice, in a fixed amount of memory: only among the last
 * `attemptsKept` rows or more. The attempts of a call are close to each other, however many processes write.
 */

/** A power of two. */
const attemptsKept = 1 << 18;

/** What a row is the first to show, as bits: of its call, and of its call within its group. */
export const news = {
  call: 1,
  callInGroup: 2,
  success: 4,
  successInGroup: 8,
  /** An attempt that follows the failure of another model. */
  fallback: 16,
  fallbackInGroup: 32,
  /** This attempt of this call was there before; nothing else applies. */
  duplicate: 64,
} as const;

const inAll: number = news.call | news.success | news.fallback;
const inGroup: number = news.callInGroup | news.successInGroup | news.fallbackInGroup;

/** Of a slot: two hashes of what it stands for, a group, and the attempt above the bits of `news`. */
const slotSize = 4;
const newsBits = 8;
const newsMask = (1 << newsBits) - 1;

export class RecentCalls {
  private readonly kept: number;
  /** Half full at most, so that a free slot is near. A full one takes the place of the older one. */
  private table: Int32Array;
  private older: Int32Array | undefined;
  private used = 0;
  /** Where the last search ended: the slot, or a free one of `table`. */
  private found: Int32Array;
  private slot = 0;
  /** Hashes of the last call. */
  private first = 0;
  private second = 0;

  constructor(kept: number = attemptsKept) {
    this.kept = kept;
    this.table = new Int32Array(2 * kept * slotSize);
    this.found = this.table;
  }

  /**
   * The id of a call is the bytes from `start` to `end`. `attempt` is 0 where it is unknown: such a row is never a
   * duplicate. `facts`: those of `news` that apply to the row. Returns those of them that are news.
   */
  note(bytes: Uint8Array, start: number, end: number, attempt: number, group: number, facts: number): number {
    this.hash(bytes, start, end);
    const { first, second } = this;
    if (!this.find(first, second)) {
      this.insert(first, second, group, (attempt << newsBits) | facts);
      return facts;
    }
    const { found, slot } = this;
    if (attempt > 0 && this.isKnown(first, second, attempt, found[slot + 3]! >>> newsBits))
      return news.duplicate;
    let fresh = facts & inAll & ~found[slot + 3]!;
    found[slot + 3]! |= facts & inAll;
    if (found[slot + 2] === group) {
      fresh |= facts & inGroup & ~found[slot + 3]!;
      found[slot + 3]! |= facts & inGroup;
      return fresh;
    }
    const ofGroup = first ^ Math.imul(group + 1, 0x27d4eb2f);
    if (!this.find(ofGroup, second)) {
      this.insert(ofGroup, second, group, facts & inGroup);
      return fresh | (facts & inGroup);
    }
    const known = this.found[this.slot + 3]! & newsMask;
    this.found[this.slot + 3]! |= facts & inGroup;
    return fresh | (facts & inGroup & ~known);
  }

  /** Whether a row of this attempt, which is not 0, was noted. */
  has(bytes: Uint8Array, start: number, end: number, attempt: number): boolean {
    this.hash(bytes, start, end);
    const { first, second } = this;
    if (!this.find(first, second)) return false;
    if (this.found[this.slot + 3]! >>> newsBits === attempt) return true;
    return this.find(first, hashOfAttempt(second, attempt));
  }

  private hash(bytes: Uint8Array, start: number, end: number): void {
    let first = 0x2545f491;
    let second = 0x61c88647 ^ (end - start);
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      first = Math.imul(first ^ word, 0x85ebca6b);
      first ^= first >>> 15;
      second = Math.imul(second + word, 0xc2b2ae35 | 0);
      second ^= second >>> 13;
    }
    for (; at < end; at++) {
      first = Math.imul(first ^ bytes[at]!, 0x85ebca6b);
      first ^= first >>> 15;
      second = Math.imul(second + bytes[at]!, 0xc2b2ae35 | 0);
      second ^= second >>> 13;
    }
    this.first = first;
    this.second = second;
  }

  private isKnown(first: number, second: number, attempt: number, firstAttempt: number): boolean {
    if (attempt === firstAttempt) return true;
    const ofAttempt = hashOfAttempt(second, attempt);
    if (this.find(first, ofAttempt)) return true;
    this.insert(first, ofAttempt, 0, news.duplicate);
    return false;
  }

  private find(first: number, second: number): boolean {
    // A free one of the current table is where `insert` goes on.
    if (this.older && this.findIn(this.older, first, second)) return true;
    return this.findIn(this.table, first, second);
  }

  private findIn(table: Int32Array, first: number, second: number): boolean {
    let slot = (first & (2 * this.kept - 1)) * slotSize;
    while (table[slot + 3] !== 0) {
      if (table[slot] === first && table[slot + 1] === second) {
        this.found = table;
        this.slot = slot;
        return true;
      }
      slot = (slot + slotSize) % table.length;
    }
    this.found = table;
    this.slot = slot;
    return false;
  }

  /** After a search in vain. */
  private insert(first: number, second: number, group: number, rest: number): void {
    if (this.used === this.kept) {
      const oldest = this.older ?? new Int32Array(this.table.length);
      this.older = this.table;
      this.table = oldest.fill(0);
      this.used = 0;
      this.findIn(this.table, first, second);
    }
    const { table, slot } = this;
    table[slot] = first;
    table[slot + 1] = second;
    table[slot + 2] = group;
    table[slot + 3] = rest;
    this.used++;
  }
}

function hashOfAttempt(second: number, attempt: number): number {
  return second ^ Math.imul(attempt + 1, 0x165667b1);
}
