/** Input fields shared by the delegating operations. */
import * as z from 'zod';
import { complexities, preferences } from '../../core/config/policy.ts';
import { defaultContextTokens, leastContextTokens, mostContextTokens } from '../../core/config/retrieval.ts';
import { leastTotalMs } from '../../core/config/timeouts.ts';
import { minOutputTokens, mostOutputTokens } from '../../core/models/parameters.ts';
import { tiers } from '../../core/models/tiers.ts';
import { givenTasks } from '../../core/tasks/own-tasks.ts';
import { returnShapes } from '../../core/tasks/shapes.ts';
import { reasoningEfforts } from '../../core/tasks/tasks.ts';
import { field } from '../operation.ts';

export const defaultTimeoutSeconds = leastTotalMs / 1000;
const maxTimeoutSeconds = 86_400;
/** More than any model writes. */

export const taskField = field(
  z
    .string()
    .min(1)
    .meta({ enum: [...givenTasks] }),
  'Kind of work',
  { positional: 'one', complete: givenTasks, plain: true },
);

/** Aliases of the package's `conf/models.json`; a static completion cannot know the user's own. */
export const givenAliases = ['codex', 'mini', 'chat', 'full'] as const;

/** Longer timers than about 25 days would fire immediately. */
export const timeoutSeconds = z
  .number()
  .positive('must be greater than 0')
  .max(maxTimeoutSeconds, `must be at most ${maxTimeoutSeconds} (one day)`);

export const requestFields = {
  input: field(z.string(), 'What to do', { positional: 'rest', flag: '-i, --input <text>', plain: true }),
  files: field(
    z.array(z.string().min(1)).optional(),
    'Paths, folders, globs, !globs, path:10-40; read locally',
    {
      flag: '-f, --file <path>',
      complete: 'file',
    },
  ),
  language: field(z.string().min(1).max(100).optional(), 'Programming language (default: by file name)', {
    flag: '-l, --language <name>',
    plain: true,
  }),
  safetyCritical: field(z.boolean().optional(), 'Strongest models only, input never truncated', {
    flag: '--safety-critical',
    plain: true,
  }),
  forceModel: field(z.string().min(1).optional(), 'Alias or model id; no fallback', {
    flag: '-m, --force-model <name>',
    complete: givenAliases,
  }),
  effort: field(z.enum(reasoningEfforts).optional(), 'Reasoning effort', {
    flag: '--effort <level>',
    complete: reasoningEfforts,
    plain: true,
  }),
  tier: field(
    z.enum(tiers).optional(),
    'Service tier: flex is slower at half the price, fast costs twice as much',
    { flag: '--tier <tier>', cliOnly: true, complete: tiers },
  ),
  prefer: field(
    z.enum(preferences).optional(),
    'cost: the candidate with the lowest expected cost first; order: as declared',
    { flag: '--prefer <what>', cliOnly: true, complete: preferences },
  ),
  complexity: field(
    z.enum(complexities).optional(),
    'How hard the work is: low takes the cheapest model and less effort, high the strongest and more',
    { flag: '--complexity <level>', complete: complexities, plain: true },
  ),
  maxOutput: field(
    z
      .int()
      .min(minOutputTokens, `must be at least ${minOutputTokens}`)
      .max(mostOutputTokens, `must be at most ${mostOutputTokens}`)
      .optional(),
    'Room for the visible answer, in tokens; reasoning comes on top',
    { flag: '--max-output <tokens>', plain: true },
  ),
  maxCostUsd: field(
    z.number().positive('must be greater than 0; omit it for no ceiling').optional(),
    'Cost ceiling in USD; a call that could cost more is not sent',
    {
      flag: '--max-cost <usd>',
      plain: true,
    },
  ),
  changes: field(z.boolean().optional(), 'Send what has changed since the last commit, new files too', {
    flag: '--changes',
    cliOnly: true,
  }),
  staged: field(z.boolean().optional(), 'Send the change that is staged', {
    flag: '--staged',
    cliOnly: true,
  }),
  range: field(z.string().min(1).optional(), 'Send the change between two commits, such as main..HEAD', {
    flag: '--range <a..b>',
    cliOnly: true,
  }),
  autoContext: field(z.boolean().optional(), 'Find the code that the task needs, and send it too', {
    flag: '--auto-context',
    offFlag: '--no-auto-context',
    plain: true,
  }),
  contextTokens: field(
    z.int().min(leastContextTokens).max(mostContextTokens).optional(),
    `Find at most so many tokens of it (default ${defaultContextTokens}); implies --auto-context`,
    { flag: '--context-tokens <count>', unlisted: true },
  ),
  context: field(z.string().optional(), 'Additional material, e.g. a log', { cliOnly: true }),
  timeout: field(
    timeoutSeconds.optional(),
    `Timeout of the whole call in seconds (default ${defaultTimeoutSeconds}, more where the output limit is high)`,
    {
      flag: '--timeout <seconds>',
      cliOnly: true,
    },
  ),
  maxRetryAfter: field(
    z.number().nonnegative('must be 0 or more').max(maxTimeoutSeconds).optional(),
    'Longest wait that a provider may ask for, in seconds; a longer one goes to the next model or fails',
    { flag: '--max-retry-after <seconds>', cliOnly: true },
  ),
};

/** What --changes, --staged and --range are on the command line. */
export const gitChangeField = field(z.string().min(1).optional(), 'Diff to send: uncommitted, staged, a..b');

export const returnField = field(z.enum(returnShapes).optional(), 'Default: depends on the task', {
  flag: '--return <shape>',
  complete: returnShapes,
});

export const frameworkField = field(z.string().min(1).max(100).optional(), 'jest, pytest, …', {
  flag: '--framework <name>',
});

export const resultFields = {
  output: field(z.string().min(1).optional(), 'Write the result to this file instead of standard output', {
    flag: '-o, --output <file>',
    cliOnly: true,
    complete: 'file',
  }),
  force: field(
    z.boolean().optional(),
    'Replace the --output file even if it is an input or has changes that are not committed',
    { flag: '--force', cliOnly: true },
  ),
};

export const applyField = field(
  z.boolean().optional(),
  'Write the patch to the working tree, all or nothing',
  {
    flag: '--apply',
    cliOnly: true,
  },
);

export const verifyField = field(
  z.string().min(1).optional(),
  'Accept only a result with which this shell command succeeds in a copy of the project; {} stands for its file',
  { flag: '--verify <command>', cliOnly: true },
);

export const sandboxField = field(
  z.enum(['auto', 'require', 'off']).optional(),
  'What runs is confined: auto, where that is possible; require, or not run; off, never',
  { flag: '--sandbox <when>', cliOnly: true, complete: ['auto', 'require', 'off'] },
);

/** Input of any delegating operation. */
export type DelegationInput = z.output<
  z.ZodObject<
    typeof requestFields &
      typeof resultFields & {
        task: z.ZodOptional<typeof taskField>;
        framework: typeof frameworkField;
        return: typeof returnField;
        gitChange: typeof gitChangeField;
        apply: typeof applyField;
        verify: typeof verifyField;
        sandbox: typeof sandboxField;
      }
  >
>;
