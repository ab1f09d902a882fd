/** `--verify`: what is refused before anything is sent, what the command runs in, and what the result says of it. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import type { CallOptions } from '../../engine/context.ts';
import type { DelegateOutcome } from '../../engine/delegate.ts';
import type { Sandbox } from '../../engine/sandbox-ports.ts';
import { type CommandCheck, commandCheck } from '../../engine/verdict/verify-command.ts';
import type { OperationContext } from '../context.ts';
import { chosenSandbox } from './chosen-sandbox.ts';
import type { DelegationInput } from './fields.ts';
import type { CheckedMeta } from './output.ts';

export interface Verification extends Pick<CommandCheck, 'verify' | 'end'> {
  /** Before anything is sent. `base` is the folder of the project. */
  begin(base: string, limitMs: number): Promise<void>;
  /** For the result's `meta`. */
  describe(outcome: DelegateOutcome): CheckedMeta;
}

/** Runs nothing yet. Throws `usage`. */
export async function verification(
  command: string,
  request: DelegateRequest,
  { output, sandbox: choice }: Pick<DelegationInput, 'output' | 'sandbox'>,
  context: OperationContext,
  { signal, onProgress }: Pick<CallOptions, 'signal' | 'onProgress'>,
): Promise<Verification> {
  const isPatch = request.shape === 'patch';
  if (!isPatch && output === undefined)
    throw new OrchError('usage', '--verify needs --output: the result must be in its place', {
      hint:
        request.task === 'tests'
          ? 'name the test file, e.g. --output test/cart.test.ts'
          : 'name the file, or ask for a patch (--return patch)',
    });
  const place = isPatch || output === undefined ? undefined : context.realPath(output);
  if (place !== undefined) context.writer().assertWritable(output!, { asFile: true });
  const missing = await context.missingCommand(command);
  // The result may be the command itself.
  if (missing !== undefined && (!missing.includes('/') || context.realPath(missing) !== place))
    throw new OrchError(
      'usage',
      `the --verify command cannot be run: ${missing} is not ${missing.includes('/') ? 'there' : 'on the PATH'}`,
      { hint: 'try it in a shell; {} stands for the file of the result' },
    );
  const found = await chosenSandbox(choice, context, signal);
  const sandbox = found.kind === 'missing' ? (await context.sandboxes()).open() : found;
  const check = commandCheck({
    command,
    sandbox,
    copies: await context.scratchCopies(),
    cwd: context.realPath('.'),
    output: place,
    mayLackOutput: request.task === 'tests',
    signal,
  });
  return {
    ...check,
    async begin(base, limitMs) {
      const notice = `--verify runs in a copy of the project, ${
        found.kind === 'missing' ? `in the open: ${found.why} (${found.hint})` : surroundings[found.kind]
      }`;
      if (context.isDue(notice)) onProgress?.({ kind: 'notice', text: notice });
      await check.begin(context.realPath(base), limitMs);
    },
    describe: ({ attempts }) => ({
      verify: {
        sandbox: sandbox.kind,
        ms: Math.round(check.ms()),
        repairs: attempts.filter(
          ({ failure, candidate }, at) =>
            failure?.failureClass === 'verify-failed' && attempts[at + 1]?.candidate === candidate,
        ).length,
      },
    }),
  };
}

const confined = 'without the network and without your other files';
const surroundings: Record<Sandbox['kind'], string> = {
  bubblewrap: `confined by bubblewrap: ${confined}`,
  'sandbox-exec': `confined by sandbox-exec: ${confined}`,
  none: 'in the open, as --sandbox off asks for: with your rights',
};
