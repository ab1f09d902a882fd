import * as z from 'zod';
import { defaultContextTokens, retrievalEngines } from '../core/config/retrieval.ts';
import { OrchError } from '../core/errors/orch-error.ts';
import { languageOfPath, normaliseLanguage } from '../core/input/language.ts';
import type { Corpus } from '../core/retrieve/types.ts';
import { longestQuery, type Retrieval, tokensAroundPassage } from '../engine/retrieval-ports.ts';
import { cliOnly, field, looks, operation } from './operation.ts';

const kinds = ['source', 'tests', 'docs', 'all'] as const;

/** More than any client's model is shown of one result. */
const mostTokens = 20_000;
/** Where no number is given: as many as the tokens allow. */
const mostResults = 1000;

const searchOutput = () =>
  z.object({
    result: z.object({
      results: z.array(
        z.object({
          path: z.string(),
          start: z.number().describe('First line, from 1.'),
          end: z.number().describe('Last line.'),
          score: z.number(),
          symbol: z.string().optional(),
          kind: z.enum(['source', 'tests', 'docs', 'other']),
          text: z.string(),
          tokens: z.number(),
        }),
      ),
      memories: z
        .array(
          z.object({
            id: z.string().optional(),
            text: z.string(),
            score: z.number().optional(),
            tags: z.array(z.string()),
          }),
        )
        .optional(),
    }),
    meta: z.object({
      engine: z.enum(retrievalEngines),
      base: z.string().describe('The folder that the paths are relative to.'),
      files: z.number(),
      blocks: z.number(),
      updated: z.number().describe('Files that were indexed anew or forgotten.'),
      skipped: z.record(z.string(), z.number()).describe('Files that were left out, by reason.'),
      took_ms: z.number(),
      nothing: z.string().optional().describe('Why there is no result, and what would help.'),
      warnings: z.array(z.string()),
    }),
  });

export type SearchOutput = z.output<ReturnType<typeof searchOutput>>;

export const searchOperation = operation({
  title: 'Search the code',
  description:
    'Finds blocks of code by path and lines: give identifiers, file names and words of the task. Always up to date.',
  guidance: 'where something is in the code, when you do not know the file.',
  input: () =>
    z.strictObject({
      query: field(z.string(), 'Identifiers, file names and words of the task', {
        positional: 'rest',
        plain: true,
      }),
      files: field(
        z.array(z.string().min(1)).optional(),
        'Only in these files, folders, globs; !globs are left out',
        { flag: '-f, --file <glob>', complete: 'file', plain: true },
      ),
      kind: field(z.enum(kinds).optional(), 'Only this kind of file', {
        flag: '--kind <kind>',
        complete: kinds,
        plain: true,
      }),
      language: cliOnly(
        field(z.string().min(1).max(100).optional(), 'Only files in this programming language', {
          flag: '-l, --language <name>',
        }),
      ),
      limit: field(z.int().min(1).max(mostResults).optional(), 'At most so many results', {
        flag: '-n, --limit <count>',
        plain: true,
        cliDefault: 10,
      }),
      maxTokens: field(
        z.int().min(50).max(mostTokens).default(defaultContextTokens),
        'At most so many tokens of text in all',
        { flag: '--max-tokens <count>', plain: true, cliDefault: mostTokens },
      ),
      engine: cliOnly(
        field(z.enum(retrievalEngines).optional(), 'Where to search (default: as configured)', {
          flag: '--engine <name>',
          complete: retrievalEngines,
        }),
      ),
      memory: cliOnly(
        field(z.boolean().optional(), 'Ask the memory server of retrieval.memory as well', {
          flag: '--memory',
        }),
      ),
    }),
  output: searchOutput,
  annotations: looks,
  examples: [
    'orch search "where are retries decided"',
    'orch search parseConfig -f src --kind source',
    'orch search --paths timeout abort | xargs wc -l',
  ],
  async run(input, context, { signal, onProgress }) {
    const started = performance.now();
    const [{ queryTerms }, { search }, { redactPassages }] = await Promise.all([
      import('../core/retrieve/tokens.ts'),
      import('../engine/retrieve/search.ts'),
      import('../engine/retrieve/redact-passages.ts'),
    ]);
    const { query, maxTokens, limit = mostResults } = input;
    const terms = queryTerms(query.slice(0, longestQuery));
    if (terms === undefined) throw nothingToSearch(query);
    const retrieval = await context.retrieval();
    const engine = await retrieval.engine(input.engine);
    let chosen: number | undefined;
    const notes: string[] =
      query.length > longestQuery ? [`only the first ${longestQuery} characters of the query are used`] : [];
    if (input.memory && retrieval.memory === undefined) throw noMemory();
    const remembering = input.memory ? remembered(query, retrieval, signal) : undefined;
    // It may fail while the search goes on.
    remembering?.catch(() => {});
    const found = await search(
      {
        terms,
        query: query.slice(0, longestQuery),
        exclude: retrieval.exclude,
        near: input.files,
        choose: async (corpus) => {
          const { paths, idle } = await chosenFiles(input, corpus, retrieval);
          notes.push(...idle.map((pattern) => `${pattern} matches no file that is searched`));
          chosen = paths?.size;
          return paths;
        },
        limit,
        maxTokens,
        perPassage: tokensAroundPassage,
      },
      { corpus: retrieval.corpus, engine },
      {
        signal,
        onProgress: (done, total) => onProgress?.({ kind: 'indexing', done, total }),
        onNotice: (text) => onProgress?.({ kind: 'notice', text }),
      },
    );
    const { passages, warnings } = await redactPassages(found, {
      scanner: retrieval.secrets,
      maxTokens,
      perPassage: tokensAroundPassage,
    });
    const { base, files, blocks, updated, skipped } = found;
    const memory = await remembering;
    const empty = { files, chosen, by: input, skipped, matched: found.matched, maxTokens };
    const nothing =
      passages.length > 0
        ? undefined
        : (await import('../core/retrieve/nothing-found.ts')).nothingFound(empty);
    return {
      result: {
        results: passages.map(({ path, start, end, score, symbol, kind, text, tokens }) => ({
          ...{ path, start, end, score: Math.round(score * 1000) / 1000 },
          ...(symbol === undefined ? {} : { symbol }),
          ...{ kind, text, tokens },
        })),
        ...(memory === undefined ? {} : { memories: memory.memories }),
      },
      meta: {
        ...{ engine: engine.name, base, files, blocks, updated, skipped },
        took_ms: Math.round(performance.now() - started),
        ...(nothing === undefined ? {} : { nothing }),
        warnings: [
          ...new Set([
            ...notes,
            ...found.warnings,
            ...warnings,
            ...(memory?.warnings ?? []),
            ...context.notes(),
          ]),
        ],
      },
    };
  },
});

/** As many memories as are useful beside the code. */
const mostMemories = 5;

async function remembered(query: string, { memory, secrets }: Retrieval, signal: AbortSignal) {
  const asked = query.slice(0, longestQuery);
  const answer = await memory!.search(asked, { limit: mostMemories, signal });
  const { redactMemories } = await import('../engine/retrieve/redact-passages.ts');
  const { memories, warnings } = await redactMemories(answer.memories, secrets);
  return { memories, warnings: [...answer.warnings, ...warnings] };
}

function noMemory(): OrchError {
  return new OrchError('usage', 'no memory server is set up', {
    hint: 'run orch config set retrieval.memory.preset cipher (or byterover), or set the command and the tool of another MCP server',
  });
}

function nothingToSearch(query: string): OrchError {
  const what = query.trim() === '' ? 'the query is empty' : 'the query has no word to search for';
  return new OrchError('usage', what, { hint: 'give identifiers, file names and words of the task' });
}

interface Choice {
  files?: string[] | undefined;
  kind?: string | undefined;
  language?: string | undefined;
}

/** Undefined: all. `idle`: patterns that match no file of the corpus. */
async function chosenFiles(
  { files, kind = 'all', language }: Choice,
  { base, entries }: Corpus,
  retrieval: Retrieval,
): Promise<{ paths: Set<string> | undefined; idle: string[] }> {
  if (files === undefined && kind === 'all' && language === undefined) return { paths: undefined, idle: [] };
  const { kindOf } = await import('../core/input/file-kind.ts');
  const filter = files && (await retrieval.filter(files, base));
  const wanted = language === undefined ? undefined : normaliseLanguage(language);
  const chosen = entries.filter(
    ({ path }) =>
      // First, so that a pattern that matches is not said to match nothing.
      (filter === undefined || filter.accepts(path)) &&
      (kind === 'all' || kindOf(path) === kind) &&
      (wanted === undefined || languageOfPath(path) === wanted),
  );
  return { paths: new Set(chosen.map(({ path }) => path)), idle: filter?.idle() ?? [] };
}
