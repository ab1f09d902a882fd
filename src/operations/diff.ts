import * as z from 'zod';
import { OrchError } from '../core/error.ts';
import { AttemptFailure } from '../core/failure.ts';
import { type TaskKind, taskKinds } from '../core/task.ts';
import type { CallOptions } from '../engine/context.ts';
import type { Factory } from '../factory.ts';
import {
  applyField,
  type DelegateOutput,
  type DelegationInput,
  delegateAnnotations,
  delegateOutput,
  deliver,
  patchMeta,
  requestFields,
  resultFields,
  runDelegation,
} from './delegation.ts';
import { cliOnly, field, operation } from './operation.ts';

export const diffOperation = operation({
  name: 'delegate.diff',
  command: ['diff'],
  title: 'Get a patch',
  summary: 'Get a change as a patch that git applies, or turn an answer you already have into one.',
  description: 'Returns a change of the given files as a git patch that was checked to apply.',
  input: z.strictObject({
    ...requestFields,
    effort: cliOnly(requestFields.effort),
    task: field(z.enum(taskKinds).optional(), 'Kind of work that decides the model (default refactor)', {
      flag: '--task <kind>',
      complete: taskKinds,
      cliOnly: true,
    }),
    from: field(
      z.string().optional(),
      'Take the change from this answer (a file, - for standard input): no request, no key',
      {
        flag: '--from <answer>',
        cliOnly: true,
        fromFile: true,
        complete: 'file',
      },
    ),
    check: field(z.boolean().optional(), 'Only say whether the patch applies', {
      flag: '--check',
      cliOnly: true,
    }),
    strict: field(
      z.boolean().optional(),
      'Refuse every place found by more than white space and typography',
      {
        flag: '--strict',
        cliOnly: true,
      },
    ),
    apply: applyField,
    ...resultFields,
  }),
  output: delegateOutput,
  annotations: delegateAnnotations,
  toDelegation: diffDelegation,
  examples: [
    'orch diff "make the retry count configurable" -f src/http.ts | git apply',
    'pbpaste | orch diff --from - -f src/http.ts | git apply',
    'orch diff --from answer.md -f src/http.ts --check',
  ],
  async run({ from, check, strict, ...input }, factory, options) {
    if (check && input.apply)
      throw new OrchError('usage', '--check writes nothing, so --apply cannot go with it');
    if (from !== undefined) return fromAnswer({ ...input, from, check, strict }, factory, options);
    const output = await runDelegation(diffDelegation(input), factory, {
      ...options,
      strict: strict ?? false,
    });
    return check ? { ...output, result: verdict(output) } : output;
  },
});

function diffDelegation(input: DelegationInput): DelegationInput {
  return { ...input, task: input.task ?? 'refactor', return: 'patch' };
}

interface FromAnswer {
  from: string;
  files?: string[] | undefined;
  task?: TaskKind | undefined;
  check?: boolean | undefined;
  strict?: boolean | undefined;
  apply?: boolean | undefined;
  output?: string | undefined;
}

async function fromAnswer(
  input: FromAnswer,
  factory: Factory,
  { signal }: CallOptions,
): Promise<DelegateOutput> {
  if (input.from.trim() === '')
    throw new OrchError('answer-unusable', 'the answer is empty', { hint: 'give a file, or - and a pipe' });
  const { finishAnswer } = await import('../engine/answer.ts');
  const sourceSet = await factory.workspace().readSources(input.files ?? []);
  try {
    const { result, patch, warnings } = await finishAnswer(input.from, {
      shape: 'patch',
      language: undefined,
      sourceSet,
      patchChecker: factory.patchChecker(),
      strict: input.strict ?? false,
      signal,
    });
    const output: DelegateOutput = {
      result,
      meta: {
        model: null,
        alias: null,
        requested_model: null,
        task: input.task ?? 'refactor',
        rationale: 'the answer was given: no request was sent',
        usage: { input: 0, output: 0, cached_input: 0, cache_write: 0, reasoning: 0 },
        cost_usd: 0,
        attempts: [],
        latency_ms: 0,
        finish_reason: 'stop',
        response_id: null,
        run_id: factory.newId(),
        warnings,
        ...(patch ? { patch: patchMeta(patch) } : {}),
      },
    };
    if (input.check) return { ...output, result: verdict(output) };
    return await deliver(output, patch, input, factory);
  } catch (error) {
    if (!(error instanceof AttemptFailure)) throw error;
    throw new OrchError(error.code, error.message, { hint: error.details.hint, cause: error });
  }
}

function verdict({ meta }: DelegateOutput): string {
  return `applies\n${meta.patch?.diffstat ?? ''}\n`;
}
