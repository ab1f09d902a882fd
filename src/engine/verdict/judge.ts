/**
 * Runs tests in a copy of their project: twice, and against changed code. One judge serves all answers of a call, so that
 * the project is copied once.
 */

import { withoutEscapes } from '../../core/input/log/escapes.ts';
import { firstError } from '../../core/syntax/first-error.ts';
import { grammarOfPath } from '../../core/syntax/grammars.ts';
import type { IsReached } from '../../core/verdict/reached.ts';
import { complaint } from '../../core/verdict/repair.ts';
import { countsOf, type TestReport } from '../../core/verdict/reports/report.ts';
import { runFiles } from '../../core/verdict/run-files.ts';
import { type TestCommand, testCommand } from '../../core/verdict/test-command.ts';
import { testNamesIn } from '../../core/verdict/test-names.ts';
import { type Evidence, judge, unverified, type Verdict } from '../../core/verdict/verdict.ts';
import type { RunOutcome, Sandbox, ScratchCopy } from '../sandbox-ports.ts';
import { NotParsed, type Syntax } from '../syntax-port.ts';
import type { Project } from '../verdict-ports.ts';
import { Mutants } from './mutants.ts';
import type { TestPlan } from './plan-tests.ts';

export interface JudgeOptions {
  plan: TestPlan;
  /** Paths from the base. */
  sources: readonly string[];
  language: string;
  project: Project;
  copy: ScratchCopy;
  sandbox: Sandbox;
  syntax: Syntax;
  /** Changes to the code at most; 0 tries none. */
  mutants: number;
  /** For a single run of the tests, in milliseconds. */
  runMs: number;
  clock: { monotonic(): number };
  signal: AbortSignal;
}

export interface Judgement {
  verdict: Verdict;
  evidence: Evidence;
  /** For a model that is to mend the tests. Undefined unless they are refused. */
  complaint: string | undefined;
  /** Of each step, in milliseconds. */
  ms: Record<string, number>;
  /** Names of the tests that failed, with the first line of why. */
  failures: { name: string; why: string }[];
}

/** How one run ended. */
export interface TestRun {
  outcome: RunOutcome;
  /** Undefined if the runner left none. */
  report: TestReport | undefined;
  /** Undefined where it was not recorded. */
  reached: IsReached | undefined;
}

export interface RunSettings {
  shuffled?: boolean;
  untilFailure?: boolean;
  /** Paths from the base. Default: the test itself. */
  files?: readonly string[];
  timeoutMs?: number;
  env?: Readonly<Record<string, string>>;
  /** Sources, from the base: which of their lines are reached is recorded, where the framework can. */
  record?: readonly string[];
  /** At a time, where each test file has a process of its own. */
  processes?: number;
}

/** Time zone and language of the two runs, which few projects are developed in. */
const usualPlace = { TZ: 'UTC', LANG: 'en_US.UTF-8' };
const otherPlace = { TZ: 'Pacific/Apia', LANG: 'de_DE.UTF-8' };
/** A second run may take so many times as long as the first, and at least this, in milliseconds. */
const slower = 4;
const leastMs = 10_000;

export class Judge {
  readonly #options: JudgeOptions;
  readonly #before: Map<string, Uint8Array>;
  #neighbourFails: string | false | undefined;

  constructor(options: JudgeOptions) {
    this.#options = options;
    const { copy, sources } = options;
    this.#before = new Map(
      sources.flatMap((path) => {
        const bytes = copy.read(path);
        return bytes ? [[path, bytes] as const] : [];
      }),
    );
  }

  /** Why nothing can be run here, before any test is written. Undefined if it can. */
  async unable(): Promise<string | undefined> {
    const { plan } = this.#options;
    const name = plan.detected?.name;
    if (name === undefined) return 'no test framework was found in the project';
    const command = this.#command({});
    if (command === undefined) return `orch reads no reports of ${name}`;
    if ('missing' in command) return `${command.missing} is not installed in the project`;
    return undefined;
  }

  async judge(text: string): Promise<Judgement> {
    const { copy, plan, clock, mutants: most } = this.#options;
    const ms: Record<string, number> = {};
    const timed = async <T>(step: string, work: Promise<T>): Promise<T> => {
      const begun = clock.monotonic();
      try {
        return await work;
      } finally {
        ms[step] = Math.round(clock.monotonic() - begun);
      }
    };
    const evidence: Evidence = {
      parses: undefined,
      counts: undefined,
      stable: undefined,
      sourceUntouched: undefined,
      mutants: undefined,
    };
    const ended = (verdict: Verdict, run?: TestRun, why?: string): Judgement => ({
      verdict,
      evidence,
      complaint: verdict.kind === 'refused' ? this.#complaint(verdict, run, why, evidence) : undefined,
      ms,
      failures: failuresOf(run?.report, why),
    });
    const broken = await this.#fault(text);
    evidence.parses = broken === undefined;
    if (broken !== undefined) return ended(judge(evidence), undefined, broken);
    try {
      copy.write(plan.path, text);
      const first = await timed('run', this.run({ env: usualPlace }));
      const absent = whatIsMissing(first);
      if (absent !== undefined) return ended(unverified(absent));
      if (first.report) evidence.counts = countsOf(first.report);
      const fails = this.#whyItFails(first);
      if (fails !== undefined) {
        // What fails for every test here says nothing about this one.
        const neighbour = await timed('calibration', this.#calibrate());
        if (neighbour) return ended(unverified(neighbour));
        const counted = judge(evidence);
        return counted.kind === 'refused'
          ? isUnloaded(first.report!)
            ? ended({ kind: 'refused', reason: fails }, first, outputOf(first))
            : ended(counted, first)
          : ended({ kind: 'refused', reason: fails }, first, outputOf(first));
      }
      const mutants = most > 0 ? await this.#mutants(text, first.outcome.ms) : undefined;
      const passed = evidence.counts!.passed;
      const isSame = (run: TestRun) =>
        this.#whyItFails(run) === undefined && countsOf(run.report!).passed === passed;
      const settings: RunSettings = {
        shuffled: true,
        env: otherPlace,
        timeoutMs: this.#limitMs(first.outcome.ms),
      };
      evidence.sourceUntouched = this.#isUntouched();
      this.#restore();
      let again = await timed('again', mutants?.record(settings) ?? this.run(settings));
      mutants?.restore();
      const isRecorded = isSame(again);
      // It may be what was added to record it that is in the way.
      if (!isRecorded && mutants) again = await timed('again plainly', this.run(settings));
      evidence.stable = isRecorded || isSame(again);
      evidence.sourceUntouched &&= this.#isUntouched();
      const soFar = judge(evidence);
      if (soFar.kind === 'refused') return ended(soFar, again, again.report ? undefined : outputOf(again));
      if (mutants) evidence.mutants = await timed('mutants', mutants.try(isRecorded));
      if (mutants && evidence.mutants === undefined) evidence.stable = false;
      return ended(judge(evidence));
    } finally {
      this.#restore();
      copy.write(plan.path, text);
    }
  }

  /** Runs tests in the copy as it is. */
  async run(settings: RunSettings): Promise<TestRun> {
    const { copy, sandbox, plan, runMs, signal } = this.#options;
    const { timeoutMs, env, files = [plan.path] } = settings;
    const command = this.#command(settings);
    if (command === undefined || 'missing' in command)
      throw new Error('it was not asked whether tests can be run');
    const [name, reached] = [command.reportPath, command.reached?.path].map(lastPart);
    const names = [name, reached].filter((each) => each !== undefined);
    const outcome = await sandbox.run({
      copy,
      command: { argv: command.argv },
      cwd: plan.folder,
      env: { CI: '1', NO_COLOR: '1', FORCE_COLOR: '0', ...command.env, ...env },
      timeoutMs: Math.min(timeoutMs ?? runMs, runMs),
      maxOutputBytes: mostOutput,
      signal,
      ...(names.length > 0 && { reportFiles: names }),
    });
    const text = name === undefined ? outcome.output : decode(outcome.reports.get(name));
    const recorded = reached === undefined ? undefined : decode(outcome.reports.get(reached));
    const report = text === undefined ? undefined : command.read(text);
    return {
      outcome,
      report: report && ofFiles(report, files),
      reached: recorded === undefined ? undefined : command.reached!.read(recorded),
    };
  }

  #command({
    shuffled,
    untilFailure,
    files,
    record,
    processes,
  }: RunSettings): TestCommand | { missing: string } | undefined {
    const { plan, copy, sandbox, project } = this.#options;
    const { root, reports } = sandbox.places(copy);
    for (const [name, content] of Object.entries(runFiles)) copy.writeReport(name, content);
    const absolute = (path: string | undefined) =>
      path === undefined || path.startsWith('/') ? path : `${root}/${path}`;
    const inFolder = plan.folder === '' ? '' : `${plan.folder}/`;
    const fromFolder = (path: string) =>
      path.startsWith(inFolder) ? path.slice(inFolder.length) : `${root}/${path}`;
    const chosen = files ?? [plan.path];
    const texts = chosen.map((path) => decode(copy.read(path)) ?? '');
    return testCommand(
      plan.detected?.name ?? '',
      {
        files: chosen.map(fromFolder),
        folder: { path: reports },
        root: plan.folder === '' ? root : `${root}/${plan.folder}`,
        shuffled,
        untilFailure,
        names: testNamesIn(texts.join('\n'), plan.detected?.name),
        record: record?.map(fromFolder),
        processes,
      },
      {
        node: 'node',
        python: absolute(project.python(plan.folder)) ?? 'python3',
        packageCommand: (name) => absolute(project.packageCommand(plan.folder, name)),
      },
    );
  }

  async #fault(text: string): Promise<string | undefined> {
    const { plan, syntax } = this.#options;
    const grammar = grammarOfPath(plan.path);
    if (grammar === undefined) return undefined;
    try {
      const fault = await syntax.use(grammar, text, (root) => firstError(root, text));
      return fault && `line ${fault.line}: ${fault.what}\n${fault.excerpt}`;
    } catch (error) {
      if (error instanceof NotParsed) return undefined;
      throw error;
    }
  }

  #whyItFails({ outcome, report }: TestRun): string | undefined {
    if (outcome.stopped === 'time') return 'the tests do not end';
    if (outcome.stopped !== undefined)
      return `the tests use too much of the ${outcome.stopped === 'disk' ? 'disk' : 'machine'}`;
    if (report === undefined) return 'the tests could not be run';
    const { passed, failed } = countsOf(report);
    if (isUnloaded(report)) return isEmpty(report) ? 'no test ran' : 'the tests cannot be loaded';
    if (failed > 0) return 'tests fail';
    if (passed === 0) return 'no test ran';
    return outcome.status === 0 ? undefined : 'the runner reports a failure beside the tests';
  }

  /** Why the fault is not that of the tests. */
  async #calibrate(): Promise<string | undefined> {
    if (this.#neighbourFails === undefined) {
      const { neighbour } = this.#options.plan;
      if (neighbour === undefined) this.#neighbourFails = false;
      else {
        const run = await this.run({ files: [neighbour], env: usualPlace });
        const why = this.#whyItFails(run);
        this.#neighbourFails =
          why === undefined ? false : `${neighbour}, which the project has, does not pass in the copy either`;
      }
    }
    return this.#neighbourFails || undefined;
  }

  #isUntouched(): boolean {
    return [...this.#before].every(([path, bytes]) => {
      const now = this.#options.copy.read(path);
      return now !== undefined && Buffer.compare(bytes, now) === 0;
    });
  }

  #restore(): void {
    for (const [path, bytes] of this.#before) this.#options.copy.write(path, bytes);
  }

  #limitMs(runMs: number): number {
    return Math.max(leastMs, runMs * slower);
  }

  #mutants(text: string, runMs: number): Promise<Mutants> {
    const { syntax, copy, language, plan, mutants, sandbox, signal } = this.#options;
    return Mutants.find({
      sources: [...this.#before].map(([path, bytes]) => ({ path, text: decode(bytes)! })),
      test: { path: plan.path, text },
      framework: plan.detected!.name,
      language,
      most: mutants,
      syntax,
      copy,
      reports: sandbox.places(copy).reports,
      limitMs: this.#limitMs(runMs),
      run: (settings) => this.run({ ...settings, env: { ...usualPlace, ...settings.env } }),
      signal,
    });
  }

  #complaint(
    { reason }: Verdict,
    run: TestRun | undefined,
    why: string | undefined,
    { mutants }: Evidence,
  ): string {
    const { copy, sandbox } = this.#options;
    const broken = why === undefined ? [] : [{ file: undefined, text: why }];
    const report = run?.report ?? { tests: [], broken: [] };
    return complaint(
      {
        reason: reason!,
        report: { ...report, broken: [...report.broken, ...broken] },
        survivors: mutants?.survivors ?? [],
      },
      { copies: [copy.root, sandbox.places(copy).root] },
    );
  }
}

/** Of a runner without a report, and of one whose report is its output. */
const mostOutput = 4 * 1024 * 1024;
const shownOutput = 4000;

function outputOf({ outcome }: TestRun): string {
  return outcome.output.slice(-shownOutput);
}

function isUnloaded({ tests, broken }: TestReport): boolean {
  return tests.length === 0 && broken.length > 0;
}

/** Runners that take a file without tests for a broken one. */
function isEmpty({ broken }: TestReport): boolean {
  return broken.every(({ text }) => /No test suite found|must contain at least one test/.test(text));
}

function lastPart(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf('/') + 1);
}

/** A runner's configuration may add files to those that are asked for. */
function ofFiles({ tests, broken }: TestReport, files: readonly string[]): TestReport {
  const names = new Set(files.map(lastPart));
  const isOther = (file: string | undefined) =>
    file !== undefined && /\.[cm]?[jt]sx?$/.test(file) && !names.has(lastPart(file));
  return {
    tests: tests.filter(({ file }) => !isOther(file)),
    broken: broken.filter(({ file }) => !isOther(file)),
  };
}

/** A runner that is not there. What is missing otherwise may be the tests' fault. */
function whatIsMissing({ outcome: { status, output }, report }: TestRun): string | undefined {
  if (report !== undefined || status === undefined) return undefined;
  const module = /^\S+: No module named (pytest)\s*$/m.exec(output)?.[1];
  if (module !== undefined) return `${module} is not installed for the Python of the project`;
  return status === 127 ? `a program is not installed: ${output.trim().split('\n').at(-1)}` : undefined;
}

function decode(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes);
}

/** `why`: of what failed as a whole. */
function failuresOf(report: TestReport | undefined, why: string | undefined): Judgement['failures'] {
  const failed = (report?.tests ?? []).flatMap(({ name, failure }) =>
    failure ? [{ name, why: failure.text.split('\n', 1)[0]! }] : [],
  );
  const said = tellingLine([...(report?.broken ?? []).map(({ text }) => text), why ?? ''].join('\n'));
  return said === undefined ? failed : [...failed, { name: 'the file', why: said }];
}

/** The first that names an error, else the first. Undefined if nothing is said. */
function tellingLine(text: string): string | undefined {
  const lines = withoutEscapes(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.find((line) => /^line \d|error|cannot/i.test(line)) ?? lines[0];
}
