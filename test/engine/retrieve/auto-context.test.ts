/** The code that a task needs is found and goes along. Real files, the built-in index. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRetrieval } from '../../../src/adapters/retrieve/retrieval.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import type { DelegateRequest } from '../../../src/core/tasks/request.ts';
import type { EngineContext } from '../../../src/engine/context.ts';
import { prepare } from '../../../src/engine/prepare/prepare.ts';
import { findExcerpts } from '../../../src/engine/retrieve/auto-context.ts';
import { searchReplace } from '../../helpers/answers.ts';
import { sentInput } from '../../helpers/sent-input.ts';
import { code, type EngineFixture, type EngineFixtureOptions, engineFixture } from '../engine-fixture.ts';

/** Joined here, so that nobody's scanner takes the test for a leak. */
const secret = `gh${'p'}_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3rU6'}`;
const plainFiles = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [`src/part${at}.ts`, `export const part${at} = value(${at});\n`]),
);
const files: Record<string, string> = {
  ...plainFiles,
  'src/cart.ts': 'export function total(items) {\n  return sum(items);\n}\n',
  'src/tax.ts': 'export function computeTax(amount) {\n  return amount * vatRate;\n}\n',
  'test/tax.test.ts': "it('adds the tax', () => computeTax(1, vatRate));\n",
  'test/cart.test.ts': "it('adds up the computeTax of a cart', () => total([vatRate]));\n",
  'docs/tax.md': 'computeTax applies the vatRate to an amount.\n',
};
const instruction = 'apply computeTax with the vatRate in the total';

const fixture = (options: EngineFixtureOptions = {}) => engineFixture({ answer: code, files, ...options });
const found = async ({ call }: EngineFixture, request: Partial<DelegateRequest> = {}) =>
  (await call({ instruction, autoContext: true, ...request })).prepared.autoContext?.map(({ path }) => path);

describe('what goes along', () => {
  it('are the blocks that share rare words with the instruction, counted and listed', async () => {
    const { call, server, logged } = await fixture();
    const request = { instruction, files: ['src/cart.ts'] };
    const plain = await call(request);
    const { prepared, warnings } = await call({ ...request, autoContext: true });
    const tokens = Math.ceil(files['src/tax.ts']!.trimEnd().length / 3);
    expect(plain.prepared.autoContext).toBeUndefined();
    expect(prepared.autoContext).toEqual([{ path: 'src/tax.ts', start: 1, end: 3, tokens }]);
    expect(warnings).toEqual(plain.warnings);
    const [before, after] = server.requests.map(({ body }) => sentInput(body));
    expect(after).toContain(`<excerpt path="src/tax.ts" lines="1-3">\n${files['src/tax.ts']}</excerpt>\n`);
    // What was given stays in front, as the provider has cached it.
    const given = before!.slice(0, plain.prepared.input.filesLength);
    expect(after!.slice(0, prepared.input.filesLength)).toBe(given);
    expect(prepared.decision.features.approxTokens).toBe(Math.ceil(after!.length / 3));
    expect(JSON.stringify(logged)).not.toContain('tax.ts');
  });

  it('follows the task: source, and for tests the nearest of those that there are', async () => {
    const engine = await fixture({ answer: { kind: 'text', text: '# Tax\n\nAdds it.' } });
    const request: Partial<DelegateRequest> = { files: ['src/cart.ts'], shape: 'text' };
    expect(await found(engine, { ...request, task: 'docs' })).toEqual(['src/tax.ts']);
    expect(await found(engine, { ...request, task: 'tests' })).toEqual(['src/tax.ts', 'test/cart.test.ts']);
  });

  it('is nothing that is given: no file, no part of one, no file of the change', async () => {
    const engine = await fixture();
    expect(await found(engine, { files: ['src/tax.ts'] })).toEqual([]);
    expect(await found(engine, { files: ['src/tax.ts:1-1'] })).toEqual([]);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: engine.folder });
    git('init', '-q');
    git('add', '.');
    git('-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'all');
    const change = { kind: 'uncommitted' } as const;
    writeFileSync(join(engine.folder, 'src/cart.ts'), 'export const total = 1;\n');
    expect(await found(engine, { change })).toEqual(['src/tax.ts']);
    writeFileSync(join(engine.folder, 'src/tax.ts'), `${files['src/tax.ts']}// vatRate\n`);
    expect(await found(engine, { change })).toEqual([]);
  });

  it.each([
    ['has no rare words', 'export the value of the part'],
    ['has one of them', 'what is the amount?'],
    ['has words that no code has', 'zebra quagga okapi'],
    ['has no words', '?!'],
    ['says what is said where nobody says anything', 'Write tests for the given files.'],
  ])('is nothing where the instruction %s', async (_, words) => {
    const engine = await fixture({
      answer: { kind: 'text', text: "```ts\nit('is', () => expect(1).toBe(1));\n```" },
      files: { ...files, 'src/given.ts': 'write(files, given);\n' },
    });
    expect(await found(engine, { instruction: words, task: 'tests' })).toEqual([]);
  });

  it('is about the names in the given files where nobody has said anything', async () => {
    const engine = await fixture({
      answer: { kind: 'text', text: "```ts\nit('is', () => expect(1).toBe(1));\n```" },
      files: { ...files, 'src/invoice.ts': 'const due = computeTax(priceOf(order));\n' },
    });
    const given = {
      files: ['src/tax.ts'],
      task: 'tests' as const,
      instruction: 'Write tests for the given files.',
    };
    expect(await found(engine, given)).toEqual(['src/invoice.ts', 'test/tax.test.ts']);
  });

  it('may be the one block that has an identifier of several words', async () => {
    expect(await found(await fixture(), { instruction: 'explain computeTax' })).toEqual(['src/tax.ts']);
  });

  it('is as much as was asked for, else as configured', async () => {
    const blocks = Object.fromEntries(
      Array.from({ length: 3 }, (_, at) => [
        `lib/zebra${at}.ts`,
        `function zebraStripes() {\n${'  paint();\n'.repeat(60)}}\n`,
      ]),
    );
    const policies = { retrieval: { autoContext: true, contextTokens: 480 } };
    const engine = await fixture({ files: { ...files, ...blocks }, policies });
    const request = { instruction: 'paint zebraStripes', autoContext: undefined };
    expect(await found(engine, request)).toHaveLength(2);
    expect(await found(engine, { ...request, contextTokens: 250 })).toHaveLength(1);
    expect(await found(engine, { ...request, autoContext: false })).toBeUndefined();
  });
});

describe('secrets', () => {
  it('are replaced in what was found, by the same placeholder as elsewhere', async () => {
    const { call, server } = await fixture({
      files: {
        ...files,
        'src/tax.ts': `${files['src/tax.ts']}const vatToken = '${secret}';\n`,
        '.env': 'COMPUTE_TAX_VATRATE=computeTax vatRate\n',
      },
    });
    const { warnings, prepared } = await call({
      instruction: `${instruction}, not ${secret}`,
      autoContext: true,
    });
    const sent = sentInput(server.requests[0]!.body);
    expect(sent).not.toContain(secret);
    expect(sent).toContain("const vatToken = '\u2039redacted:github:1\u203A';");
    expect(sent).toContain('not \u2039redacted:github:1\u203A');
    expect(warnings.join()).toContain('src/tax.ts:4 (github)');
    expect(prepared.autoContext!.map(({ path }) => path)).toEqual(['src/tax.ts']);
  });
});

describe('a patch', () => {
  it('of a file that was only found is refused, and the file is named', async () => {
    const answer = searchReplace('src/tax.ts', '  return amount * vatRate;', '  return 0;');
    const { error } = await fixture({ answer: { kind: 'text', text: answer } });
    const failed = await error({
      ...{ task: 'refactor', shape: 'patch', instruction, files: ['src/cart.ts'], autoContext: true },
    });
    expect(failed).toMatchObject({
      code: 'patch-unplaceable',
      message: expect.stringContaining('src/tax.ts'),
      hint: expect.stringContaining('name every file that the change touches'),
    });
  });

  it('of what was given is one, whatever was found', async () => {
    const answer = searchReplace('src/cart.ts', '  return sum(items);', '  return computeTax(sum(items));');
    const { call } = await fixture({ answer: { kind: 'text', text: answer } });
    const { finished } = await call({
      ...{ task: 'refactor', shape: 'patch', instruction, files: ['src/cart.ts'], autoContext: true },
    });
    expect(finished.patch?.changes.map(({ path }) => path)).toEqual(['src/cart.ts']);
  });
});

describe('a search that fails', () => {
  const failing = (retrieval: EngineContext['retrieval']) => fixture({ context: { retrieval } });

  it.each([
    [
      'says why it was refused',
      new OrchError('input-too-large', 'it has too many files', { hint: 'leave some out' }),
      'no context was added: it has too many files; leave some out',
    ],
    [
      'says what went wrong',
      new TypeError('x is not a function'),
      'no context was added: x is not a function',
    ],
  ])('is a warning that %s', async (_, fault, warning) => {
    const { call } = await failing(() => Promise.reject(fault));
    const { prepared, warnings } = await call({ instruction, autoContext: true });
    expect(prepared.autoContext).toEqual([]);
    expect(warnings).toContain(warning);
  });

  const retrievalIn = (folder: string) =>
    openRetrieval({
      ...{ cwd: folder, roots: () => [], indexFolder: undefined, engines: {} },
      ...{ secrets: undefined, exclude: [] },
    });
  /** Lists nothing until it is told to stop. */
  const endless = (folder: string, onList = () => {}) => ({
    ...retrievalIn(folder),
    corpus: {
      list: ({ signal }: { signal: AbortSignal }) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          onList();
        }),
      history: async () => [],
    },
  });

  it('is given up where it takes too long', async () => {
    const { folder } = await fixture();
    const options = { maxTokens: 4000, signal: new AbortController().signal };
    const given = { base: folder, files: [] };
    const open = async () => endless(folder);
    expect(
      await findExcerpts({ task: 'refactor', instruction, timeoutMs: 80 }, given, open, options),
    ).toEqual({
      excerpts: [],
      warnings: [
        expect.stringMatching(
          /^no context was added: the search took longer than 0\.02 s; the next one goes on/,
        ),
      ],
    });
  });

  it('ends with the call', async () => {
    const { folder } = await fixture();
    const interrupt = new AbortController();
    const retrieval = async () => endless(folder, () => interrupt.abort(new Error('interrupted')));
    const { call } = await failing(retrieval);
    const calling = call({ instruction, autoContext: true }, { signal: interrupt.signal });
    await expect(calling).rejects.toThrow('interrupted');
  });

  it('cannot be made in another repository than the files are in', async () => {
    const [{ folder: other }, { context }] = [await fixture(), await fixture()];
    const { warnings } = await findExcerpts(
      { task: 'refactor', instruction, timeoutMs: undefined },
      { base: other, files: [{ path: 'src/cart.ts', text: '' }] },
      context.retrieval,
      { maxTokens: 4000, signal: new AbortController().signal },
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^no context was added: the files are in .+ searched in /),
    ]);
  });
});

it('to look at the route sends nothing: the built-in engine answers, which is said', async () => {
  const { context, folder } = await fixture();
  const asked: string[] = [];
  const retrieval = async () =>
    openRetrieval({
      ...{ cwd: folder, roots: () => [], indexFolder: undefined, secrets: undefined, exclude: [] },
      engines: {
        qdrant: async () => {
          asked.push('qdrant');
          throw new OrchError('retrieval-unavailable', 'there is no server');
        },
      },
      defaultEngine: 'qdrant',
    });
  const request: DelegateRequest = {
    ...{ task: 'refactor' as const, shape: 'code' as const, instruction, files: [], autoContext: true },
    ...{ unknownTask: undefined, context: undefined, language: undefined, framework: undefined },
    ...{ safetyCritical: false, forceModel: undefined, effort: undefined, maxOutputTokens: undefined },
    ...{ maxCostUsd: undefined, timeoutMs: undefined },
  };
  const options = { signal: new AbortController().signal };
  const looked = await prepare(request, { ...context, retrieval }, { ...options, looks: true });
  expect(asked).toEqual([]);
  expect(looked.autoContext!.map(({ path }) => path)).toEqual(['src/tax.ts']);
  expect(looked.input.warnings).toContain('the context is what the built-in index finds; a call asks qdrant');
  const sent = await prepare(request, { ...context, retrieval }, options);
  expect(asked).toEqual(['qdrant']);
  expect(sent.input.warnings).toContain('no context was added: there is no server');
});
