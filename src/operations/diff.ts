import * as z from 'zod';
import { OrchError } from '../core/errors/orch-error.ts';
import { ProviderFailure } from '../core/errors/provider-failure.ts';
import type { PatchProblem } from '../core/patch/types.ts';
import type { DelegateRequest } from '../core/tasks/request.ts';
import { taskKinds } from '../core/tasks/tasks.ts';
import type { CallOptions } from '../engine/context.ts';
import type { FinishOptions } from '../engine/finish/options.ts';
import { extendError } from '../engine/internal-error.ts';
import type { OperationContext } from './context.ts';
import { deliver, keepForLater } from './delegation/deliver.ts';
import {
  applyField,
  type DelegationInput,
  requestFields,
  resultFields,
  sandboxField,
  verifyField,
} from './delegation/fields.ts';
import { type DelegateOutput, delegateOutput, givenAnswerOutput } from './delegation/output.ts';
import { readRequest } from './delegation/read-request.ts';
import { delegateAnnotations, runDelegation } from './delegation/run-delegation.ts';
import { cliOnly, field, operation, surfaceOf } from './operation.ts';

export const diffOperation = operation({
  title: 'Get a patch',
  description: 'Returns a change to the given files as a git patch that was checked to apply.',
  guidance: 'a change to existing files. Returns a git patch that was checked to apply.',
  input: () =>
    z.strictObject({
      ...requestFields,
      effort: cliOnly(requestFields.effort),
      complexity: cliOnly(requestFields.complexity),
      task: field(
        z.string().min(1).optional(),
        `Kind of work, one of ${taskKinds.join(', ')} or of your own (default refactor)`,
        { flag: '--task <kind>', complete: taskKinds, cliOnly: true },
      ),
      from: field(z.string().optional(), 'Use an existing answer: no request, no key needed', {
        flag: '--from <answer>',
        cliOnly: true,
        fromFile: true,
        complete: 'file',
      }),
      check: field(z.boolean().optional(), 'Only check whether the patch applies', {
        flag: '--check',
        cliOnly: true,
      }),
      strict: field(
        z.boolean().optional(),
        'Reject matches that need more tolerance than for trailing white space and typography',
        {
          flag: '--strict',
          cliOnly: true,
        },
      ),
      apply: applyField,
      verify: verifyField,
      sandbox: sandboxField,
      ...resultFields,
    }),
  output: delegateOutput,
  annotations: delegateAnnotations,
  plan: (input, context) => (input.from === undefined ? plan(input, context) : undefined),
  examples: [
    'orch diff "make the retry count configurable" -f src/http.ts | git apply --allow-empty',
    'orch diff "make the retry count configurable" -f src/http.ts --verify "npm test" --apply',
    'pbpaste | orch diff --from - -f src/http.ts | git apply --allow-empty',
    'orch diff --from answer.md -f src/http.ts --check',
  ],
  async run(input, context, options) {
    const { from, check = false, strict = false, apply, output: file } = input;
    if (check && (apply || file !== undefined)) {
      throw new OrchError('usage', '--check cannot be combined with --apply or --output: it writes nothing');
    }
    const output =
      from === undefined
        ? await runDelegation(plan(input, context), input, context, { ...options, strict })
        : await fromAnswer({ ...input, from }, context, options);
    return check ? { ...output, result: verdict(output) } : output;
  },
});

interface DiffInput extends DelegationInput {
  task?: string | undefined;
  from?: string | undefined;
  check?: boolean | undefined;
  strict?: boolean | undefined;
}

function plan(
  { from: _from, check: _check, strict: _strict, ...input }: DiffInput,
  { config }: Pick<OperationContext, 'config'>,
): DelegateRequest {
  return readRequest({ ...input, task: input.task ?? 'refactor', return: 'patch' }, () => config().tasks);
}

/** Parses, places and checks an existing answer like one from a model. */
async function fromAnswer(
  {
    from,
    check = false,
    strict = false,
    apply,
    output: file,
    force = false,
    files = [],
    ...rest
  }: DiffInput & { from: string },
  context: OperationContext,
  { signal, inputFiles = [] }: CallOptions,
): Promise<DelegateOutput> {
  refuseRequestFields(rest);
  if (from.trim() === '')
    throw new OrchError('answer-unusable', 'the answer is empty', {
      hint: 'pass a file, or - and pipe the answer in',
    });
  const { finishAnswer, UnplaceableAnswer } = await import('../engine/finish/finish-answer.ts');
  const { holdsPlaceholder, leftoverHint } = await import('../core/secrets/leftover-placeholders.ts');
  const { refuseLeftovers } = await import('./delegation/refuse-leftovers.ts');
  if (file !== undefined) context.writer().assertWritable(file);
  const sourceSet = await context.workspace().readSources(files, signal);
  const inputs = {
    base: sourceSet.base,
    paths: [...sourceSet.sources.map(({ path }) => path), ...inputFiles],
  };
  const permit =
    file === undefined ? undefined : await context.outputs().permit(file, { inputs, force, signal });
  const finishOptions: FinishOptions = {
    task: 'refactor',
    shape: 'patch',
    language: undefined,
    sourceSet,
    patchChecker: context.patchChecker(),
    syntax: context.syntax(),
    instruction: '',
    strict,
    signal,
  };
  try {
    const finished = await finishAnswer(from, finishOptions);
    refuseLeftovers(finished.patch?.changes ?? []);
    const output = givenAnswerOutput(
      { ...finished, warnings: [...sourceSet.warnings, ...finished.warnings] },
      context,
    );
    return check
      ? output
      : await deliver(
          finished.patch ? keepForLater(output, finished.patch, { apply }, context) : output,
          finished.patch,
          { apply, output: file, recheck: permit?.recheck, signal },
          context,
        );
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error;
    const unplaceable = error instanceof UnplaceableAnswer ? error : undefined;
    const described = new OrchError(error.code, error.message, {
      hint: holdsPlaceholder(from) ? leftoverHint : error.details.hint,
      cause: error,
      ...(unplaceable ? { details: { problems: unplaceable.problems.map(placeOf) } } : {}),
    });
    if (!unplaceable || check || holdsPlaceholder(from)) throw described;
    const { offerPart } = await import('./delegation/keep-run.ts');
    throw extendError(described, (await offerPart(unplaceable, finishOptions, context)) ?? {});
  }
}

/** --from sends no request, so fields that affect one are rejected rather than ignored. */
function refuseRequestFields({
  input,
  ...rest
}: Omit<DelegationInput, 'files' | 'apply' | 'output' | 'force'>): void {
  const shape = diffOperation.input().shape;
  const flags = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => surfaceOf(shape[name] as z.ZodType).flag?.replace(/^-\w, |[ =].*$/g, '') ?? name);
  if (input.trim() !== '') flags.unshift('an instruction');
  if (flags.length === 0) return;
  throw new OrchError(
    'usage',
    `--from uses an existing answer and cannot be combined with ${flags.join(', ')}`,
    {
      hint: 'omit the options that affect a request, or omit --from',
    },
  );
}

/** Drops the nearest lines of the file: printed errors must not contain code. */
function placeOf({ nearest: _nearest, ...problem }: PatchProblem): Omit<PatchProblem, 'nearest'> {
  return problem;
}

function verdict({ meta }: DelegateOutput): string {
  if (meta.outcome === 'no-change') return 'nothing to apply\n';
  return `applies\n${meta.patch?.diffstat ?? ''}\n`;
}
