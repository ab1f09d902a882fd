/**
 * Which changes to the code the tests notice. What they reach is recorded with a run that is made anyway; only changes
 * there are tried.
 */
import { type GrammarName, grammarOfPath } from '../../core/syntax/grammars.ts';
import { type Mutant, mutantsOf, mutated } from '../../core/syntax/mutants.ts';
import { canSwitch, switchedSource } from '../../core/syntax/switched-mutants.ts';
import { copyName, isolatesFiles, withMutant } from '../../core/verdict/mutant-files.ts';
import type { TestOutcome, TestReport } from '../../core/verdict/reports/report.ts';
import type { MutantCounts } from '../../core/verdict/verdict.ts';
import type { ScratchCopy } from '../sandbox-ports.ts';
import { NotParsed, type Syntax } from '../syntax-port.ts';
import type { RunSettings, TestRun } from './judge.ts';

export interface MutantTrial {
  sources: readonly { path: string; text: string }[];
  test: { path: string; text: string };
  framework: string;
  language: string;
  most: number;
  syntax: Syntax;
  copy: ScratchCopy;
  /** Where what runs finds the folder of reports. */
  reports: string;
  /** For one run of the tests, in milliseconds. */
  limitMs: number;
  run(settings: RunSettings): Promise<TestRun>;
  signal: AbortSignal;
}

interface Chosen extends Mutant {
  path: string;
  source: string;
  grammar: GrammarName;
}

/** `invalid`: the change is no code that can be built, which says nothing of the tests. */
type Fate = 'survived' | 'killed' | 'failed' | 'invalid';

/** So many times as many changes as are tried are looked for, as not all will be reached. */
const spare = 3;
/** Where no change is reached, the code may run in another process: then so many are tried all the same. */
const unreachedTried = 3;
/** Test files that are run at a time, where each has a process of its own. */
const atOnce = 4;

export class Mutants {
  readonly #trial: MutantTrial;
  readonly #chosen: readonly Chosen[];
  /** Undefined where it is not known. */
  #reached: ReadonlySet<number> | undefined;

  private constructor(trial: MutantTrial, chosen: readonly Chosen[]) {
    this.#trial = trial;
    this.#chosen = chosen;
  }

  /** The changes that could be made, those of functions that the tests name first. */
  static async find(trial: MutantTrial): Promise<Mutants> {
    return new Mutants(trial, await choose(trial));
  }

  /** One run in which is recorded what is reached. Its report says no less than that of any other. */
  async record(settings: RunSettings): Promise<TestRun> {
    const { copy, test, reports, run, sources } = this.#trial;
    if (this.#chosen.length === 0) return run(settings);
    if (!this.#isSwitched()) {
      const ended = await run({ ...settings, record: sources.map(({ path }) => path) });
      this.#reached = this.#reachedIn(ended);
      return ended;
    }
    this.#writeSwitched();
    copy.write(test.path, withMutant(test.text, 0, reports));
    const ended = await run(settings);
    if (copy.readReport('0') !== undefined) this.#reached = idsReached(copy, this.#chosen);
    return ended;
  }

  /** Takes back what `record` has done to the copy. */
  restore(): void {
    const { copy, sources, test } = this.#trial;
    for (const { path, text } of sources) copy.write(path, text);
    copy.write(test.path, test.text);
  }

  /**
   * `isRecorded`: the recorded run has passed, so that what differs from it is due to a change. Undefined if the same
   * tests pass here and fail there.
   */
  async try(isRecorded: boolean): Promise<MutantCounts | undefined> {
    const { most } = this.#trial;
    const reached = isRecorded ? this.#reached : undefined;
    const here = reached && this.#chosen.filter(({ id }) => reached.has(id)).slice(0, most);
    if (here === undefined) return this.#inTurn(this.#chosen.slice(0, most));
    if (here.length > 0) return this.#isSwitched() ? this.#switched(here) : this.#inTurn(here);
    const counts = await this.#inTurn(this.#chosen.slice(0, Math.min(most, unreachedTried)));
    const isNoticed = counts.killed + counts.failedOtherwise > 0;
    return isNoticed ? counts : { ...counts, reached: 0, survivors: [] };
  }

  #isSwitched(): boolean {
    return this.#chosen.every(({ grammar }) => canSwitch(grammar));
  }

  #writeSwitched(): void {
    const { copy, sources } = this.#trial;
    for (const { id } of [{ id: 0 }, ...this.#chosen]) copy.deleteReport(String(id));
    for (const { path, text } of sources) {
      const here = this.#chosen.filter((mutant) => mutant.path === path);
      if (here.length > 0) copy.write(path, switchedSource(text, here[0]!.grammar, here));
    }
  }

  #reachedIn({ reached }: TestRun): Set<number> | undefined {
    const known = this.#chosen.map((mutant) => ({
      id: mutant.id,
      isReached: reached?.({
        path: mutant.path,
        line: mutant.line,
        column: columnOf(mutant.source, mutant.start),
      }),
    }));
    if (known.every(({ isReached }) => isReached === undefined)) return undefined;
    return new Set(known.filter(({ isReached }) => isReached !== false).map(({ id }) => id));
  }

  /** In one run where the runner gives each file globals of its own, else in a run for each. */
  async #switched(here: readonly Chosen[]): Promise<MutantCounts | undefined> {
    const { copy, test, framework, language, run, limitMs, reports } = this.#trial;
    this.#writeSwitched();
    if (!isolatesFiles(framework)) {
      const fates = new Map<number, Fate>();
      for (const { id } of here) {
        copy.write(test.path, withMutant(test.text, id, reports));
        fates.set(id, fateOf((await run({ timeoutMs: limitMs, untilFailure: true })).report));
      }
      return countsOf(here, fates);
    }
    // The first and the last have none: under another name, tests may fail.
    const ids = [0, ...here.map(({ id }) => id)];
    const control = Math.max(...ids) + 1;
    const files = [...ids, control].map((id) => copyName(test.path, id, language));
    for (const [at, id] of [...ids, 0].entries()) {
      copy.write(files[at]!, withMutant(test.text, id, reports));
      copySnapshot(test.path, files[at]!, copy);
    }
    const { report } = await run({ files, timeoutMs: limitMs * 2, processes: atOnce });
    for (const file of files) copy.delete(file);
    const controls = [files[0]!, files.at(-1)!].map((file) => report && isUnharmed(outcomesIn(report, file)));
    if (report && controls[0] !== controls[1]) return undefined;
    if (report && controls[0])
      return countsOf(
        here,
        new Map(ids.map((id, at) => [id, fateOf(outcomesIn(report, files[at]!))] as const)),
      );
    // Or one of them has kept the others from ending.
    return this.#inTurn(here);
  }

  /** One text per mutant, and a run for each. */
  async #inTurn(here: readonly Chosen[]): Promise<MutantCounts> {
    const { copy, run, limitMs, signal } = this.#trial;
    this.restore();
    const fates = new Map<number, Fate>();
    for (const mutant of here) {
      signal.throwIfAborted();
      copy.write(mutant.path, mutated(mutant.source, mutant));
      fates.set(mutant.id, fateOf((await run({ timeoutMs: limitMs, untilFailure: true })).report));
      copy.write(mutant.path, mutant.source);
    }
    return countsOf(here, fates);
  }
}

async function choose({ sources, test, most, syntax }: MutantTrial): Promise<Chosen[]> {
  const named = [...new Set(test.text.match(/[A-Za-z_$][\w$]*/g))];
  const each = Math.ceil((most * spare) / Math.max(sources.length, 1));
  const chosen: Chosen[] = [];
  for (const { path, text } of sources) {
    const grammar = grammarOfPath(path);
    if (grammar === undefined) continue;
    try {
      const mutants = await syntax.use(grammar, text, (root) =>
        mutantsOf(root, grammar, { targets: named, most: each }),
      );
      for (const mutant of mutants)
        chosen.push({ ...mutant, id: chosen.length + 1, path, source: text, grammar });
    } catch (error) {
      if (!(error instanceof NotParsed)) throw error;
    }
  }
  return chosen;
}

type Outcomes = Pick<TestReport, 'tests' | 'broken'>;

/** Of a file, whose name a report may give with folders before it. */
function outcomesIn({ tests, broken }: TestReport, file: string): Outcomes {
  const isOf = (name: string | undefined) =>
    name !== undefined && (name === file || nameOf(name) === nameOf(file));
  return {
    tests: tests.filter((test) => isOf(test.file)),
    broken: broken.filter((each) => isOf(each.file)),
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** From 1, in bytes. */
function columnOf(text: string, at: number): number {
  return Buffer.byteLength(text.slice(text.lastIndexOf('\n', at - 1) + 1, at)) + 1;
}

function isUnharmed({ tests, broken }: Outcomes): boolean {
  const passed = tests.some(({ status }) => status === 'passed');
  return passed && broken.length === 0 && tests.every(({ status }) => status !== 'failed');
}

const notBuilt = /\berror TS\d{4,5}\b|\bTS\d{4,5}: |^(?:#|\S+\.go:\d+:\d+:) /m;

/** A run without a report did not end, or did not begin. */
function fateOf(outcomes: Outcomes | undefined): Fate {
  if (!outcomes) return 'failed';
  const failed: TestOutcome[] = outcomes.tests.filter(({ status }) => status === 'failed');
  if (failed.some(({ failure }) => failure?.isAssertion)) return 'killed';
  const ran = outcomes.tests.some(({ status }) => status === 'passed');
  if (!ran && failed.length === 0 && outcomes.broken.some(({ text }) => notBuilt.test(text)))
    return 'invalid';
  return failed.length > 0 || outcomes.broken.length > 0 || !ran ? 'failed' : 'survived';
}

function idsReached(copy: ScratchCopy, chosen: readonly Chosen[]): Set<number> {
  return new Set(chosen.map(({ id }) => id).filter((id) => copy.readReport(String(id)) !== undefined));
}

/** Where jest and vitest keep what a test has shown before. */
function copySnapshot(path: string, to: string, copy: ScratchCopy): void {
  const at = (file: string) => file.replace(/([^/]*)$/, '__snapshots__/$1.snap');
  const snapshot = copy.read(at(path));
  if (snapshot) copy.write(at(to), snapshot);
}

function countsOf(here: readonly Chosen[], fates: ReadonlyMap<number, Fate>): MutantCounts {
  const tried = here.filter(({ id }) => fates.get(id) !== 'invalid');
  const of = (fate: Fate) => tried.filter(({ id }) => fates.get(id) === fate);
  return {
    tried: tried.length,
    reached: tried.length,
    killed: of('killed').length,
    failedOtherwise: of('failed').length,
    survivors: of('survived').map(({ path, line, kind }) => ({ path, line, change: kind })),
  };
}
