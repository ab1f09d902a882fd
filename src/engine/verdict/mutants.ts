/** Which changes to the code the tests notice. */
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

type Fate = 'survived' | 'killed' | 'failed' | 'unreached';

export async function tryMutants(trial: MutantTrial): Promise<MutantCounts> {
  const chosen = await choose(trial);
  if (chosen.length === 0) return countsOf([], new Map());
  const { copy, sources } = trial;
  try {
    const switched = chosen.every(({ grammar }) => canSwitch(grammar));
    const fates = switched ? await trySwitched(chosen, trial) : await tryInTurn(chosen, trial);
    return countsOf(chosen, fates);
  } finally {
    for (const { path, text } of sources) copy.write(path, text);
    copy.write(trial.test.path, trial.test.text);
  }
}

/** Of the functions that the tests name, first. */
async function choose({ sources, test, most, syntax }: MutantTrial): Promise<Chosen[]> {
  const named = [...new Set(test.text.match(/[A-Za-z_$][\w$]*/g))];
  const each = Math.ceil(most / Math.max(sources.length, 1));
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
  return chosen.slice(0, most);
}

/** All in one source behind a switch; in one run where the runner gives each file globals of its own. */
async function trySwitched(chosen: readonly Chosen[], trial: MutantTrial): Promise<Map<number, Fate>> {
  const { copy, sources, test, framework, language, run, limitMs } = trial;
  for (const { path, text } of sources) {
    const here = chosen.filter((mutant) => mutant.path === path);
    if (here.length > 0) copy.write(path, switchedSource(text, here[0]!.grammar, here));
  }
  const fates = new Map<number, Fate>();
  // Of the answer before.
  for (const { id } of chosen) copy.deleteReport(String(id));
  const ids = [0, ...chosen.map(({ id }) => id)];
  if (isolatesFiles(framework)) {
    const files = ids.map((id) => copyName(test.path, id, language));
    for (const [at, id] of ids.entries()) {
      copy.write(files[at]!, withMutant(test.text, id, trial.reports));
      copySnapshot(test.path, files[at]!, copy);
    }
    const { report } = await run({ files, timeoutMs: limitMs * 2 });
    for (const file of files) copy.delete(file);
    if (report && isUnharmed(outcomesIn(report, files[0]!))) {
      const reached = idsReached(copy, chosen);
      for (const [at, id] of ids.entries()) {
        if (id === 0) continue;
        fates.set(id, reached.has(id) ? fateOf(outcomesIn(report, files[at]!)) : 'unreached');
      }
      return fates;
    }
    // One of them has kept the others from ending, or the switch is in the way of what checks types.
    for (const { path, text } of sources) copy.write(path, text);
    return tryInTurn(chosen, trial);
  }
  for (const id of ids) {
    copy.write(test.path, withMutant(test.text, id, trial.reports));
    const ended = await run({ timeoutMs: limitMs, untilFailure: id !== 0 });
    const outcome = ended.report && { tests: ended.report.tests, broken: ended.report.broken };
    if (id === 0) {
      if (!outcome || !isUnharmed(outcome)) return new Map();
      continue;
    }
    fates.set(id, idsReached(copy, chosen).has(id) ? fateOf(outcome) : 'unreached');
  }
  return fates;
}

/** One text per mutant, and a run for each. All count as reached, as that is not known. */
async function tryInTurn(chosen: readonly Chosen[], trial: MutantTrial): Promise<Map<number, Fate>> {
  const { copy, run, limitMs } = trial;
  const fates = new Map<number, Fate>();
  for (const mutant of chosen) {
    trial.signal.throwIfAborted();
    copy.write(mutant.path, mutated(mutant.source, mutant));
    const { report } = await run({ timeoutMs: limitMs, untilFailure: true });
    fates.set(mutant.id, fateOf(report));
    copy.write(mutant.path, mutant.source);
  }
  return fates;
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

function isUnharmed({ tests, broken }: Outcomes): boolean {
  const passed = tests.some(({ status }) => status === 'passed');
  return passed && broken.length === 0 && tests.every(({ status }) => status !== 'failed');
}

/** A run without a report did not end, or did not begin. */
function fateOf(outcomes: Outcomes | undefined): Fate {
  if (!outcomes) return 'failed';
  const failed: TestOutcome[] = outcomes.tests.filter(({ status }) => status === 'failed');
  if (failed.some(({ failure }) => failure?.isAssertion)) return 'killed';
  const ran = outcomes.tests.some(({ status }) => status === 'passed');
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

function countsOf(chosen: readonly Chosen[], fates: ReadonlyMap<number, Fate>): MutantCounts {
  const tried = chosen.filter(({ id }) => fates.has(id));
  const reached = tried.filter(({ id }) => fates.get(id) !== 'unreached');
  const of = (fate: Fate) => reached.filter(({ id }) => fates.get(id) === fate);
  return {
    tried: tried.length,
    reached: reached.length,
    killed: of('killed').length,
    failedOtherwise: of('failed').length,
    survivors: of('survived').map(({ path, line, kind }) => ({ path, line, change: kind })),
  };
}
