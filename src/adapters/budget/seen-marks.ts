/**
 * What this machine remembers of a shared budget, so that a server which was put back to an earlier state is not
 * believed. A file per month holds the name under which the machine is known there, and the marks that the server gave
 * out for what was spent. Any number of processes append to it, a line in one write each.
 */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../../core/text/fingerprint.ts';
import { makeFolders } from '../system/make-folders.ts';

/** A name of this machine, and the highest mark that it knows of. */
export type SeenMark = readonly [writer: string, mark: number];

/** The name is near the beginning, and the highest mark near the end: many processes may have written at once. */
const bytesRead = 4096;
const writerLine = /^[\w-]{17,64}$/;
const markLine = /^\d{16}$/;
const otherLine = /^([\w-]{17,64}|epoch) (\d{16})$/;
/** Clocks of machines differ. */
const mostAheadMs = 24 * 60 * 60 * 1000;

/** `epoch`: of a budget that was begun anew, and from which nobody has spent since. */
export function isMachineName(text: string): boolean {
  return text === 'epoch' || writerLine.test(text);
}

interface Month {
  name: string;
  descriptor: number;
  /** End of the last complete line that was read. */
  offset: number;
  /** Bytes that this process has appended since. */
  appended: number;
  writer: string | undefined;
  mark: number;
  /** The highest that the server has told of any other. */
  other: SeenMark | undefined;
}

export class SeenMarks {
  readonly #folder: string;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #newId: () => string;
  #month: Month | undefined;
  /** Of the month before: no budget looks back further. */
  #before: SeenMark[] = [];
  /** What this process was told of others. */
  #told: SeenMark | undefined;

  /** `address`: without a password. */
  constructor(options: { folder: string; address: string; now: () => number; newId: () => string }) {
    this.#folder = options.folder;
    this.#prefix = fingerprint(options.address);
    this.#now = options.now;
    this.#newId = options.newId;
  }

  /** Never throws: what cannot be read is not known, as on a machine that is new to the budget. */
  known(): SeenMark[] {
    try {
      this.#open();
    } catch {
      // Of this month, nothing is known yet.
    }
    return this.#marks();
  }

  /** As `known`, and the name under which this machine spends; undefined if none can be kept. Never throws. */
  spender(): { marks: SeenMark[]; writer: string | undefined } {
    const writer = this.#writer();
    return { marks: this.#marks(), writer };
  }

  #marks(): SeenMark[] {
    const { writer, mark = 0 } = this.#month ?? {};
    const own: SeenMark[] = writer === undefined ? [] : [[writer, mark]];
    const others = [this.#month?.other, this.#told].filter((each) => each !== undefined);
    const [last] = others.sort(([, one], [, two]) => two - one);
    // A server that has what this machine spent later has that as well.
    return [...this.#before, ...own, ...(last && last[1] > mark ? [last] : [])];
  }

  #writer(): string | undefined {
    try {
      const month = this.#open(constants.O_CREAT);
      if (month.writer === undefined) {
        append(month, this.#newId());
        // Another process may have been the first.
        this.#readOn(month);
      }
      return month.writer;
    } catch {
      return undefined;
    }
  }

  /** To be called before anything of what the mark stands for is sent. Never throws: then this process alone knows it. */
  note(writer: string, mark: number): void {
    const month = this.#month;
    if (month?.writer !== writer) {
      // The month has ended since.
      this.#before.push([writer, mark]);
      return;
    }
    if (mark <= month.mark) return;
    month.mark = mark;
    try {
      append(month, padded(mark));
    } catch {
      // What is counted is counted all the same.
    }
  }

  /**
   * Who has spent last, as the server tells. `keeps`: also for other processes, where this is later than what they know;
   * default: for this one alone. Never throws.
   */
  noteOther(last: SeenMark, keeps = false): void {
    const [writer, mark] = last;
    const isKnown = (month: Month | undefined) =>
      month !== undefined && (month.writer === writer || mark <= Math.max(month.mark, month.other?.[1] ?? 0));
    if (isKnown(this.#month)) return;
    if (mark > (this.#told?.[1] ?? 0)) this.#told = last;
    if (!keeps || this.#writer() === undefined || isKnown(this.#month)) return;
    this.#month!.other = last;
    try {
      append(this.#month!, `${writer} ${padded(mark)}`);
    } catch {
      // What is counted is counted all the same.
    }
  }

  close(): void {
    if (this.#month) closeSync(this.#month.descriptor);
    this.#month = undefined;
  }

  /** The file of this month, read to its end. */
  #open(creates = 0): Month {
    const name = `${this.#prefix}-${new Date(this.#now()).toISOString().slice(0, 7)}`;
    const known = this.#month;
    if (known?.name === name) {
      const { nlink, size } = fstatSync(known.descriptor);
      if (nlink > 0) {
        this.#readOn(known, size);
        return known;
      }
    }
    this.close();
    const earlier = this.#earlier(name);
    const before = earlier[0] === undefined ? undefined : this.#read(earlier[0]);
    this.#before = before?.writer === undefined ? [] : [[before.writer, before.mark]];
    if (before?.other) this.#before.push(before.other);
    if (before) closeSync(before.descriptor);
    if (creates !== 0) {
      makeFolders(this.#folder, 0o700);
      for (const old of earlier.slice(1)) rmSync(join(this.#folder, old), { force: true });
    }
    // What this process has seen counts also where somebody has removed the file.
    if (known?.writer !== undefined) this.#before.push([known.writer, known.mark]);
    this.#month = this.#read(name, creates);
    return this.#month;
  }

  /** The newest first. */
  #earlier(name: string): string[] {
    try {
      return readdirSync(this.#folder)
        .filter((each) => each.startsWith(`${this.#prefix}-`) && each < name)
        .sort()
        .reverse();
    } catch {
      return [];
    }
  }

  #read(name: string, creates = 0): Month {
    const { O_RDWR, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | creates;
    const descriptor = openSync(join(this.#folder, name), flags, 0o600);
    const month: Month = {
      name,
      descriptor,
      offset: 0,
      appended: 0,
      writer: undefined,
      mark: 0,
      other: undefined,
    };
    try {
      this.#readOn(month);
      return month;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  #readOn(month: Month, size = fstatSync(month.descriptor).size): void {
    const isOwn = month.writer !== undefined && size === month.offset + month.appended;
    month.appended = 0;
    if (isOwn) month.offset = size;
    if (size === month.offset) return;
    const buffer = Buffer.alloc(bytesRead);
    const lines = (at: number) => {
      const text = buffer.toString('latin1', 0, readSync(month.descriptor, buffer, 0, bytesRead, at));
      month.offset = at + text.lastIndexOf('\n') + 1;
      return text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    };
    if (month.writer === undefined) month.writer = lines(0).find((line) => writerLine.test(line));
    // A spoilt line must not hide what was really seen.
    const latest = Math.min((this.#now() + mostAheadMs) * 1000, Number.MAX_SAFE_INTEGER);
    for (const line of lines(Math.max(0, size - bytesRead))) {
      const [, writer, text] = otherLine.exec(line) ?? [];
      const mark = Number(text ?? (markLine.test(line) ? line : 0));
      if (mark > latest) continue;
      if (writer === undefined) month.mark = Math.max(month.mark, mark);
      else if (mark > (month.other?.[1] ?? 0)) month.other = [writer, mark];
    }
  }
}

function padded(mark: number): string {
  return String(mark).padStart(16, '0');
}

/** A line that a killed process left unfinished ends first, so that it does not spoil this one. */
function append(month: Month, line: string): void {
  month.appended += writeSync(month.descriptor, `\n${line}\n`);
}
