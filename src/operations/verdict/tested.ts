/** `orch tests`: where the tests go and with what, which the model is told, and the verdict on what it writes. */
import { OrchError } from '../../core/errors/orch-error.ts';
import { kindOf } from '../../core/input/file-kind.ts';
import { languageOfPath } from '../../core/input/language.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import { tasks } from '../../core/tasks/tasks.ts';
import { importPath } from '../../core/verdict/import-path.ts';
import type { CallOptions } from '../../engine/context.ts';
import type { Project } from '../../engine/verdict-ports.ts';
import type { OperationContext } from '../context.ts';
import type { Verification } from '../delegation/verified.ts';
import { describeVerdict } from './describe-verdict.ts';
import {
  type JudgeSettings,
  type OpenJudge,
  openJudge,
  type Planned,
  planned,
  toVerdict,
  type Unable,
  unableVerdict,
} from './open-judge.ts';
import type { VerdictOutput } from './verdict-schema.ts';

/** Code under test beyond this is not changed to try the tests. */
const mostSources = 3;

export interface PlacedTests {
  /** The same, and what the tests have to know of their place. */
  request: DelegateRequest;
  planned: Planned;
}

/**
 * Only looks. Undefined if it is not known what is to be tested: no file of code is given, or one outside of the
 * project. Throws `usage` for a framework of another language, and what reading the files throws.
 */
export async function placed(
  request: DelegateRequest,
  output: string | undefined,
  context: OperationContext,
  signal: AbortSignal,
): Promise<PlacedTests | undefined> {
  if (request.files.length === 0) return undefined;
  const { base, sources: given } = await context.workspace().readSources(request.files, signal);
  const code = given.map(({ path }) => path).filter((path) => kindOf(path) === 'source');
  const language = request.language ?? (code[0] === undefined ? undefined : languageOfPath(code[0]));
  const sources = [...new Set(code)]
    .filter((path) => languageOfPath(path) === language)
    .slice(0, mostSources);
  if (sources.length === 0 || language === undefined) return undefined;
  const project = await listed(base, context, signal);
  if (project === undefined) return undefined;
  const plan = planned(project, {
    sources,
    language,
    framework: request.framework,
    path: output === undefined ? undefined : project.nameOf(output),
  });
  const { path, detected, neighbour } = plan.plan;
  const example = neighbour === undefined ? undefined : project.read(neighbour);
  const specifiers = sources.map((source) => ({
    source,
    specifier: importPath({ from: path, source, language, tests: example === undefined ? [] : [example] }),
  }));
  const place = [
    `The tests go into ${path}.`,
    ...specifiers.map(({ source, specifier }) =>
      specifier === undefined
        ? `The code is in ${source}.`
        : `From there, ${source} is imported as ${specifier}.`,
    ),
  ].join(' ');
  const instruction =
    request.instruction.trim() === '' ? tasks.tests.defaultInstruction : request.instruction;
  return {
    planned: plan,
    request: {
      ...request,
      instruction: `${instruction}\n\n${place}`,
      language,
      framework: request.framework ?? detected?.name,
    },
  };
}

/** Undefined if git gives no answer: what is asked for does not depend on it. */
async function listed(
  base: string,
  context: OperationContext,
  signal: AbortSignal,
): Promise<Project | undefined> {
  try {
    return await (await context.projects()).open(base, signal);
  } catch (error) {
    if (error instanceof OrchError && error.code === 'file-forbidden') return undefined;
    throw error;
  }
}

/** Runs what the model writes, and tells it what is wrong. Runs nothing before an answer has come. */
export function judged(
  { planned: plan }: PlacedTests,
  settings: JudgeSettings,
  context: OperationContext,
  { signal, onProgress }: Pick<CallOptions, 'signal' | 'onProgress'>,
): Verification {
  let opened: OpenJudge | Unable | undefined;
  let last: VerdictOutput | undefined;
  return {
    async begin() {
      // What cannot run is known before anything is paid.
      opened = await openJudge(plan, settings, context, signal);
      if (!('judge' in opened)) return;
      const where = opened.sandbox === 'none' ? 'in the open' : `confined by ${opened.sandbox}`;
      const notice = `the tests run in a copy of the project, ${where}`;
      if (context.isDue(notice)) onProgress?.({ kind: 'notice', text: notice });
    },
    async verify({ result }) {
      if (opened === undefined || !('judge' in opened)) return { ok: true };
      const judgement = await opened.judge(result);
      last = toVerdict(judgement, {
        path: plan.plan.path,
        framework: plan.plan.detected?.name,
        sandbox: opened.sandbox,
      });
      if (judgement.verdict.kind !== 'refused') return { ok: true };
      return { ok: false, detail: describeVerdict(last), complaint: judgement.complaint };
    },
    async end() {
      if (opened !== undefined && 'judge' in opened) await opened.close();
    },
    describe: () => ({
      verdict: last ?? unableVerdict(opened as Unable, plan),
    }),
  };
}
