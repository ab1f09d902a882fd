/**
 * A log of operations in a folder that any number of processes append to without a lock: each append is one O_APPEND
 * write, and the order in the file decides. Safe on local file systems; NFS does not guarantee it.
 *
 * `<n>.log` begins with a snapshot. When it has become long it is sealed, and continued in `<n+1>.log`.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { decodeOperation, encodeOperations } from '../../core/budget/log-line.ts';
import {
  BudgetState,
  type Operation,
  type Outcome,
  type Snapshot,
  type Sum,
} from '../../core/budget/state.ts';
import { makeFolders } from '../system/make-folders.ts';

/** Bytes after the snapshot at which a log is sealed. */
const longest = 256 * 1024;
const chunk = 64 * 1024;
const newline = 0x0a;
/** Other processes seal at most a few times while this one tries to append. */
const mostTries = 100;
const alwaysReplaced = 'other processes replace the log all the time';

/** One file, as far as it was read. */
interface Open {
  number: number;
  descriptor: number;
  state: BudgetState;
  /** End of the last complete line that was read. */
  offset: number;
  /** End of the snapshot. */
  begin: number;
}

export class OperationLog {
  readonly #folder: string;
  readonly #by: string;
  readonly #genesis: () => Promise<readonly Sum[]>;
  readonly #isOwn: (id: string) => boolean;
  readonly #buffer = Buffer.allocUnsafe(chunk);
  #current: Open | undefined;
  /** What was reserved in a log that somebody has removed. */
  #left: Snapshot['open'] = [];

  /** `isOwn`: whether a reservation is one of this process, which has not ended it yet. */
  constructor(options: {
    folder: string;
    by: string;
    genesis: () => Promise<readonly Sum[]>;
    isOwn: (id: string) => boolean;
  }) {
    this.#folder = options.folder;
    this.#by = options.by;
    this.#genesis = options.genesis;
    this.#isOwn = options.isOwn;
  }

  /** What is reserved of which there is no log any more. */
  get left(): Snapshot['open'] {
    return this.#left;
  }

  /** Whether there is one already. */
  exists(): boolean {
    return this.#current !== undefined || (existsSync(this.#folder) && numbersIn(this.#folder).length > 0);
  }

  /**
   * Appends the operations that `make` derives from all that was appended so far by any process, in one write, and
   * returns what came of each. `make` is called again if the log was continued in another file meanwhile.
   */
  async append<T extends Operation>(
    make: (state: BudgetState) => readonly T[],
    at: number,
  ): Promise<{ operations: readonly T[]; outcomes: Outcome[]; state: BudgetState }> {
    for (let tries = 0; tries < mostTries; tries++) {
      const log = this.#opened();
      if (log === undefined) {
        await this.#create();
        continue;
      }
      // From here on without waiting: another call of this process may replace the file.
      if (!this.#restore(log)) continue;
      const operations = make(log.state);
      const outcomes = operations.length === 0 ? [] : this.#write(log, operations);
      if (outcomes.length < operations.length) continue;
      if (log.offset - log.begin > longest) this.#seal(log, at);
      return { operations, outcomes, state: log.state };
    }
    throw new Error(alwaysReplaced);
  }

  /** What was appended so far by any process; undefined if there is no log yet. Changes nothing in the folder. */
  look(): BudgetState | undefined {
    for (let tries = 0; tries < mostTries; tries++) {
      try {
        if (this.#current && isGone(this.#current)) this.#leave(this.#current);
        if (this.#current) this.#readOn(this.#current);
        if (this.#current?.state.sealed) this.close();
        return (this.#current ?? this.#newestBegun())?.state;
      } catch (error) {
        // Others have just replaced it.
        if (!isMissing(error)) throw error;
      }
    }
    throw new Error(alwaysReplaced);
  }

  /** Kept open unless it is sealed: then nobody has continued it yet. */
  #newestBegun(): Open | undefined {
    for (const number of numbersIn(this.#folder)) {
      const log = this.#open(number);
      this.#readOn(log);
      if (log.state.begun && !log.state.sealed) this.#current = log;
      else closeSync(log.descriptor);
      if (log.state.begun) return log;
    }
    return undefined;
  }

  close(): void {
    if (this.#current) closeSync(this.#current.descriptor);
    this.#current = undefined;
  }

  /** The newest file, read to its end. Undefined if there is none yet, or if others have just replaced it. */
  #opened(): Open | undefined {
    try {
      if (this.#current && isGone(this.#current)) this.#leave(this.#current);
      const log = this.#current ?? this.#openNewest();
      if (log === undefined) return undefined;
      this.#readOn(log);
      if (log.state.sealed) this.#continue(log);
      return this.#current?.state.sealed ? undefined : this.#current;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Begins a log with what the usage record holds, unless another process does. */
  async #create(): Promise<void> {
    if (numbersIn(this.#folder).length > 1) return;
    const sums = await this.#genesis();
    if (this.#current === undefined && this.#openNewest() === undefined)
      this.#start(numbersIn(this.#folder)[0] ?? 1, { sums, open: this.#left });
  }

  /** Closes a log that is gone; unless others have continued it, what is reserved in it is to be counted in the next. */
  #leave(log: Open): void {
    try {
      this.#readOn(log);
    } finally {
      this.close();
    }
    if (log.state.sealed) return;
    this.#left = log.state.snapshot().open.flatMap(([id, found]): Snapshot['open'] => {
      if (found.phase !== 'estimated') return [[id, found]];
      // The sums that it was part of are gone; the usage record holds those that were recorded.
      return found.row && !found.recorded ? [[id, { ...found, phase: 'spent' }]] : [];
    });
  }

  /** Counts what this process had reserved in a log that is gone. False if that has to be done in a later file. */
  #restore(log: Open): boolean {
    const missing = this.#left.filter(([id]) => this.#isOwn(id) && log.state.phaseOf(id) === undefined);
    const operations = missing.flatMap(([id, { phase, recorded: _, ...reserved }]): Operation[] => [
      { op: 'reserve', id, limits: [], ...reserved },
      ...(phase === 'spent' ? [{ op: 'commit', id, until: reserved.until } as const] : []),
    ]);
    if (operations.length > 0 && this.#write(log, operations).length < operations.length) return false;
    this.#left = [];
    return true;
  }

  #seal(log: Open, at: number): void {
    try {
      this.#write(log, [{ op: 'seal', at }]);
    } catch {
      // A longer log is read more slowly, and that is all; what was appended before counts.
    }
  }

  /** Returns the outcomes of operations of this process that are found from where it was last read. */
  #write(log: Open, operations: readonly Operation[]): Outcome[] {
    const bytes = Buffer.from(encodeOperations(operations, this.#by));
    const written = writeSync(log.descriptor, bytes);
    // The rest is not written: another process may have appended in between.
    if (written !== bytes.length)
      throw Object.assign(new Error(`only ${written} of ${bytes.length} bytes were written`), {
        code: 'ENOSPC',
      });
    return this.#readOn(log);
  }

  #readOn(log: Open): Outcome[] {
    const outcomes: Outcome[] = [];
    /** Of a line that is longer than the buffer. */
    let pieces: Buffer[] = [];
    let pending = 0;
    for (;;) {
      const read = readSync(log.descriptor, this.#buffer, 0, chunk, log.offset + pending);
      if (read === 0) return outcomes;
      const end = this.#buffer.subarray(0, read).lastIndexOf(newline) + 1;
      pieces.push(Buffer.from(this.#buffer.subarray(0, end || read)));
      pending += read;
      if (end === 0) continue;
      const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      // What follows is read again.
      pieces = [];
      pending = 0;
      let offset = log.offset;
      log.offset += bytes.length;
      for (const line of bytes.toString('utf8', 0, bytes.length - 1).split('\n')) {
        offset += Buffer.byteLength(line) + 1;
        const found = decodeOperation(line);
        if (!found) continue;
        const wasSealed = log.state.sealed;
        const outcome = log.state.apply(found.operation);
        if (found.operation.op === 'begin' && outcome.done) log.begin = offset;
        if (found.by === this.#by && !wasSealed) outcomes.push(outcome);
      }
    }
  }

  /** Undefined if there is none, or none that was begun. */
  #openNewest(): Open | undefined {
    const [newest, before] = numbersIn(this.#folder);
    if (newest === undefined) return undefined;
    const log = this.#open(newest);
    this.#readOn(log);
    if (log.state.begun) {
      this.#current = log;
      return log;
    }
    closeSync(log.descriptor);
    if (before === undefined) return undefined;
    // Whoever created it was killed before it could write the snapshot.
    const earlier = this.#open(before);
    this.#readOn(earlier);
    this.#continue(earlier, newest);
    return this.#current;
  }

  /** Goes on in the next file, creating it if nobody has. */
  #continue(log: Open, number = log.number + 1): void {
    this.#current = undefined;
    closeSync(log.descriptor);
    this.#start(number, log.state.snapshot());
    for (const old of numbersIn(this.#folder).filter((each) => each < number - 1))
      rmSync(join(this.#folder, `${old}.log`), { force: true });
  }

  /** Of several processes that begin a file, the first counts. */
  #start(number: number, { sums, open }: ReturnType<BudgetState['snapshot']>): void {
    makeFolders(this.#folder, 0o700);
    const log = this.#open(number, constants.O_CREAT);
    this.#readOn(log);
    // A process that was stopped for long may have created a file anew that others have left behind.
    const isNewest = numbersIn(this.#folder)[0] === number;
    if (isNewest && !log.state.begun) this.#write(log, [{ op: 'begin', sums, open }]);
    if (isNewest && log.state.begun) this.#current = log;
    else closeSync(log.descriptor);
  }

  #open(number: number, flags = 0): Open {
    const { O_RDWR, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const path = join(this.#folder, `${number}.log`);
    const descriptor = openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | flags, 0o600);
    if (!fstatSync(descriptor).isFile()) {
      closeSync(descriptor);
      throw new Error(`${path} is not a regular file`);
    }
    return { number, descriptor, state: new BudgetState(), offset: 0, begin: 0 };
  }
}

/** Whether others have left the file behind and removed it, or somebody has removed it or cut it off by hand. */
function isGone({ descriptor, offset }: Open): boolean {
  const { nlink, size } = fstatSync(descriptor);
  return size < offset || nlink === 0;
}

/** The newest first. */
function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .flatMap((name) => /^([1-9]\d{0,14})\.log$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((one, other) => other - one);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
