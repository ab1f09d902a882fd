import * as z from 'zod';
import { OrchError } from '../core/errors/orch-error.ts';
import { languageOfPath, normaliseLanguage } from '../core/input/language.ts';
import { frameworkField, requestFields, sandboxField } from './delegation/fields.ts';
import { commandOnly, field } from './operation.ts';
import { verdictSchema } from './verdict/verdict-schema.ts';

const mostTestBytes = 4 * 1024 * 1024;
export const usualMutants = 8;
const mostMutants = 100;
const usualRunSeconds = 120;

export const mutantsField = field(
  z.int().min(0).max(mostMutants).optional(),
  `Changes to the code that the tests are tried against, at most (default ${usualMutants}; 0 for none)`,
  { flag: '--mutants <count>', cliOnly: true },
);

export const checkOperation = commandOnly({
  input: () =>
    z.strictObject({
      test: field(z.string().min(1), 'Test file', { positional: 'one', complete: 'file' }),
      source: field(
        z.array(z.string().min(1)).min(1, 'name the code that it tests'),
        'The code that it tests',
        {
          flag: '--source <file>',
          complete: 'file',
        },
      ),
      framework: frameworkField,
      language: requestFields.language,
      sandbox: sandboxField,
      mutants: mutantsField,
      timeout: field(
        z.number().positive('must be greater than 0').max(3600).optional(),
        `Longest run of the tests, in seconds (default ${usualRunSeconds})`,
        { flag: '--timeout <seconds>' },
      ),
    }),
  output: verdictSchema,
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  examples: [
    'orch check test/cart.test.ts --source src/cart.ts',
    'orch check tests/test_cart.py --source cart.py --json',
  ],
  async run(input, context, { signal }) {
    const { openJudge, planned, toVerdict, unableVerdict } = await import('./verdict/open-judge.ts');
    const base = context.workspace().base();
    const place = { cwd: context.cwd, base };
    const projects = await context.projects();
    const [test, ...code] = [input.test, ...input.source].map((path) => {
      const { name, absolute } = projects.locate(path, place);
      return { name, text: textOf(path, absolute) };
    });
    const { name: path, text } = test!;
    const sources = code.map(({ name }) => name);
    const language =
      input.language === undefined ? languageOfPath(sources[0]!) : normaliseLanguage(input.language);
    if (language === undefined)
      throw new OrchError('usage', `the language of ${input.source[0]} is not known`, {
        hint: 'name it with --language',
      });
    const plan = await planned(
      base,
      { sources, language, framework: input.framework, path },
      context,
      signal,
    );
    const opened = await openJudge(
      plan,
      {
        sandbox: input.sandbox,
        mutants: input.mutants ?? usualMutants,
        runMs: (input.timeout ?? usualRunSeconds) * 1000,
      },
      context,
      signal,
    );
    if (!('judge' in opened)) return unableVerdict(opened, plan);
    try {
      const judgement = await opened.judge(text);
      return toVerdict(judgement, {
        path,
        framework: plan.plan.detected?.name,
        sandbox: opened.sandbox,
      });
    } finally {
      await opened.close();
    }

    function textOf(name: string, absolute: string): string {
      const reading = context.readFile(absolute, mostTestBytes);
      if (reading.bytes !== undefined) return reading.bytes.toString('utf8');
      const code = reading.fault === 'missing' ? 'file-not-found' : 'file-unreadable';
      throw new OrchError(code, `${name} ${reading.message}`, { hint: 'check the path' });
    }
  },
});
