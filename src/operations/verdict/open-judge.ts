/** Prepares to judge tests: what runs them, a copy of the project, and a sandbox. Nothing is run without one. */
import type { Verdict } from '../../core/verdict/verdict.ts';
import type { Sandbox, ScratchCopy } from '../../engine/sandbox-ports.ts';
import { Judge, type Judgement } from '../../engine/verdict/judge.ts';
import { planTests, type TestPlan } from '../../engine/verdict/plan-tests.ts';
import type { Project } from '../../engine/verdict-ports.ts';
import type { OperationContext } from '../context.ts';
import { chosenSandbox } from '../delegation/chosen-sandbox.ts';
import type { DelegationInput } from '../delegation/fields.ts';
import type { VerdictOutput } from './verdict-schema.ts';

export interface TestsAsked {
  /** The code under test: paths from the base of the project. */
  sources: readonly string[];
  language: string;
  framework: string | undefined;
  /** Of the tests, from the base; undefined: where the project's tests lie. */
  path?: string | undefined;
}

export interface JudgeSettings {
  sandbox: DelegationInput['sandbox'];
  /** Changes to the code at most. */
  mutants: number;
  /** For one run of the tests, in milliseconds. */
  runMs: number;
}

export interface Planned {
  project: Project;
  plan: TestPlan;
  asked: TestsAsked;
}

/** Only looks. Throws `usage` for a framework of another language. */
export function planned(project: Project, asked: TestsAsked): Planned {
  const { sources, language, framework, path } = asked;
  return { project, plan: planTests(project, { source: sources[0]!, language, framework, path }), asked };
}

export interface OpenJudge {
  sandbox: Sandbox['kind'];
  judge(text: string): Promise<Judgement>;
  /** Removes the copy. */
  close(): Promise<void>;
}

/** Why the tests cannot be verified here, and what the user can do about it. */
export interface Unable {
  reason: string;
  hint: string | undefined;
}

/** To be closed. Throws `usage` where a sandbox is required and there is none, and the errors of the copy. */
export async function openJudge(
  { project, plan, asked }: Planned,
  { sandbox: choice, mutants, runMs }: JudgeSettings,
  context: OperationContext,
  signal: AbortSignal,
): Promise<OpenJudge | Unable> {
  const sandbox = await chosenSandbox(choice, context, signal);
  if (sandbox.kind === 'missing')
    return {
      reason: `nothing was run: ${sandbox.why}`,
      hint: `${sandbox.hint}, or use --sandbox off to run the tests in the open`,
    };
  const copy = await (await context.scratchCopies()).create({
    base: project.base,
    near: asked.sources[0],
    signal,
  });
  try {
    const judge = new Judge({
      plan: inCopy(plan, copy, project.base),
      sources: asked.sources.map((path) => fromCopy(path, copy, project.base)),
      language: asked.language,
      project,
      copy,
      sandbox,
      syntax: context.syntax(),
      mutants,
      runMs,
      clock: context.clock(),
      signal,
    });
    const reason = await judge.unable();
    if (reason !== undefined) {
      await copy.remove();
      return { reason, hint: hintFor(plan) };
    }
    return { sandbox: sandbox.kind, judge: (text) => judge.judge(text), close: () => copy.remove() };
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

function hintFor({ detected }: TestPlan): string {
  return detected === undefined
    ? 'name one with --framework, such as vitest, jest, node:test, pytest or go test'
    : 'install what the project needs to run its tests, and try again';
}

/** Of a large project, one package alone is copied. */
function inCopy(plan: TestPlan, copy: ScratchCopy, base: string): TestPlan {
  if (copy.base === base) return plan;
  const moved = (path: string) => fromCopy(path, copy, base);
  return {
    ...plan,
    path: moved(plan.path),
    folder: plan.folder === '' ? '' : moved(plan.folder),
    neighbour: plan.neighbour === undefined ? undefined : moved(plan.neighbour),
  };
}

/** The copy is of the base, or of a folder in it. Outside of that folder, paths begin with `..`. */
function fromCopy(path: string, copy: ScratchCopy, base: string): string {
  const folder = copy.base.slice(base.length + 1);
  if (folder === '') return path;
  return path.startsWith(`${folder}/`)
    ? path.slice(folder.length + 1)
    : `${folder.replace(/[^/]+/g, '..')}/${path}`;
}

export function toVerdict(
  { verdict, evidence, failures, ms }: Judgement,
  { path, framework, sandbox }: { path: string; framework: string | undefined; sandbox: Sandbox['kind'] },
): VerdictOutput {
  const { counts, mutants, parses, stable } = evidence;
  return {
    ...reasonOf(verdict),
    path,
    framework: framework ?? null,
    ...(parses !== undefined && { parses }),
    ...(counts && { tests: counts }),
    ...(stable !== undefined && { stable }),
    ...(mutants && {
      changes: {
        tried: mutants.tried,
        reached: mutants.reached,
        killed: mutants.killed,
        failed_otherwise: mutants.failedOtherwise,
        survivors: mutants.survivors,
      },
    }),
    ...(failures.length > 0 && { failures }),
    sandbox,
    ms: Object.values(ms).reduce((sum, each) => sum + each, 0),
  };
}

export function unableVerdict({ reason, hint }: Unable, { plan }: Pick<Planned, 'plan'>): VerdictOutput {
  return {
    verdict: 'unverified',
    reason,
    ...(hint !== undefined && { hint }),
    path: plan.path,
    framework: plan.detected?.name ?? null,
    sandbox: null,
    ms: 0,
  };
}

function reasonOf({ kind, reason }: Verdict): Pick<VerdictOutput, 'verdict' | 'reason'> {
  return { verdict: kind, ...(reason !== undefined && { reason }) };
}
