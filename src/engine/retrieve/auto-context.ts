/**
 * Finds the code that a task needs beside what is given: blocks of the files that share rare words with the
 * instruction, or with the names in the given files where there is none. It is an extra: where it fails or takes too long, the call goes on without it, and a warning says why.
 */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { Excerpt } from '../../core/input/excerpts.ts';
import { kindOf } from '../../core/input/file-kind.ts';
import { namesOfFiles } from '../../core/retrieve/names-of-files.ts';
import { nearestTest } from '../../core/retrieve/nearest-test.ts';
import { queryTerms } from '../../core/retrieve/tokens.ts';
import type { Corpus } from '../../core/retrieve/types.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import { tasks } from '../../core/tasks/tasks.ts';
import type { ProgressEvent } from '../context.ts';
import { longestQuery, type Retrieval } from '../retrieval-ports.ts';
import { timerMs } from '../timer.ts';
import { search } from './search.ts';

export interface Given {
  /** The folder that the paths are relative to. */
  base: string;
  /** What is sent anyway. */
  files: readonly { path: string; text: string }[];
}

export interface FindOptions {
  /** How many tokens of text to find. */
  maxTokens: number;
  signal: AbortSignal;
  /** Nothing is sent anywhere: the built-in engine answers, whatever is configured. Default false. */
  looks?: boolean | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}

/**
 * How long it may take, and at most a quarter of what the call may. Longer than a server has for an answer, so that the
 * built-in engine can stand in for one that gives none.
 */
const mostMs = 8000;
/** As many as the tokens allow. */
const mostExcerpts = 1000;

/** The best first. Rejects for the signal alone. */
export async function findExcerpts(
  request: Pick<DelegateRequest, 'task' | 'instruction' | 'timeoutMs'>,
  given: Given,
  open: () => Promise<Retrieval>,
  options: FindOptions,
): Promise<{ excerpts: Excerpt[]; warnings: string[] }> {
  const { timeoutMs = Number.POSITIVE_INFINITY } = request;
  const { signal } = options;
  const limitMs = Math.min(mostMs, timerMs(timeoutMs / 4));
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await find(request, given, await open(), {
      ...options,
      signal: AbortSignal.any([signal, limit]),
    });
  } catch (error) {
    signal.throwIfAborted();
    const why = limit.aborted
      ? `the search took longer than ${limitMs / 1000} s; the next one goes on from what it has indexed, or run orch search once`
      : describe(error);
    return { excerpts: [], warnings: [`no context was added: ${why}`] };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof OrchError)) return (error as Error).message;
  return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
}

async function find(
  { task, instruction }: Pick<DelegateRequest, 'task' | 'instruction'>,
  { base, files }: Given,
  retrieval: Retrieval,
  { maxTokens, signal, looks, onProgress }: FindOptions,
): Promise<{ excerpts: Excerpt[]; warnings: string[] }> {
  // What is asked where nobody has said anything is not about any code.
  const said = instruction.startsWith(tasks[task].defaultInstruction) ? namesOfFiles(files) : instruction;
  const query = said.slice(0, longestQuery);
  const terms = queryTerms(query);
  if (terms === undefined) return { excerpts: [], warnings: [] };
  const paths = files.map(({ path }) => path);
  const engine = await retrieval.engine(looks ? 'embedded' : undefined);
  const found = await search(
    {
      terms,
      query,
      exclude: retrieval.exclude,
      near: [base],
      sureOnly: true,
      choose: async (corpus) => {
        if (!retrieval.isBase(base, corpus.base))
          throw new OrchError(
            'usage',
            `the files are in ${base}, and what can be searched in ${corpus.base}`,
          );
        return chosenFor(task, paths, corpus);
      },
      limit: mostExcerpts,
      maxTokens,
    },
    { corpus: retrieval.corpus, engine },
    {
      signal,
      onProgress: (done, total) => onProgress?.({ kind: 'indexing', done, total }),
      onNotice: (text) => onProgress?.({ kind: 'notice', text }),
    },
  );
  const warnings = [...found.warnings];
  if (looks && retrieval.defaultEngine !== 'embedded')
    warnings.push(`the context is what the built-in index finds; a call asks ${retrieval.defaultEngine}`);
  const excerpts = found.passages.map(({ path, start, end }) => ({
    path,
    text: found.texts.get(path)!,
    range: { from: start, to: end },
  }));
  return { excerpts, warnings };
}

/** By the kind of file that the task needs, without those that are given. */
function chosenFor(
  task: DelegateRequest['task'],
  given: readonly string[],
  { entries }: Corpus,
): Set<string> {
  const already = new Set(given);
  const paths = entries.map(({ path }) => path).filter((path) => !already.has(path));
  const chosen = new Set(paths.filter((path) => kindOf(path) === 'source'));
  const test = task === 'tests' ? nearestTest(given, paths) : undefined;
  return test === undefined ? chosen : chosen.add(test);
}
