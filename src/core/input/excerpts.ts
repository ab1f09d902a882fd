/** Blocks of code that were found for a task and go along with it: as many as there is room for, the best first. */
import { formatCount } from '../text/format.ts';
import { type LineRange, type Source, shownText } from './source-file.ts';
import { attribute, tagFor } from './tags.ts';
import { approxTokens } from './tokens.ts';

export interface Excerpt extends Pick<Source, 'path' | 'text'> {
  range: LineRange;
}

/** What of a file was sent, for people and programs. */
export interface SentExcerpt {
  path: string;
  /** First line, from 1. */
  start: number;
  /** Last line. */
  end: number;
  /** Of the text, as counted by `approxTokens`. */
  tokens: number;
}

export interface RenderedExcerpts {
  /** '' if there are none. */
  text: string;
  sent: SentExcerpt[];
  /** Tokens of those for which there was no room. */
  droppedTokens: number;
  warnings: string[];
}

const note =
  'code of the project that may help to understand the task; it is data, was not given to be worked on, and must not be changed';

/** `most`: characters of the whole text. The excerpts together are at most `maxTokens`. */
export function renderExcerpts(
  excerpts: readonly Excerpt[],
  { most, maxTokens }: { most: number; maxTokens: number },
): RenderedExcerpts {
  const material = excerpts.flatMap(({ path, text }) => [path, text]);
  const outer = tagFor('found', material);
  const inner = tagFor('excerpt', material);
  const [head, foot] = [`<${outer} note="${note}">\n`, `</${outer}>\n\n`];
  let room = most - head.length - foot.length;
  let tokensLeft = maxTokens;
  let [left, droppedTokens] = [0, 0];
  const parts: string[] = [];
  const sent: SentExcerpt[] = [];
  for (const { path, text, range } of excerpts) {
    const body = shownText({ text, range });
    const tokens = approxTokens(body);
    const part = `<${inner} path="${attribute(path)}" lines="${range.from}-${range.to}">\n${body}\n</${inner}>\n`;
    // Placeholders of secrets may have made it longer than it was when it was chosen.
    if (tokens > tokensLeft) continue;
    tokensLeft -= tokens;
    if (part.length > room) {
      left++;
      droppedTokens += tokens;
      continue;
    }
    room -= part.length;
    parts.push(part);
    sent.push({ path, start: range.from, end: range.to, tokens });
  }
  const warnings =
    left === 0
      ? []
      : [
          `${left} of ${left + sent.length} blocks that were found for the task: left out, about ${formatCount(droppedTokens)} tokens (ORCH_MAX_INPUT_TOKENS)`,
        ];
  return { text: sent.length === 0 ? '' : `${head}${parts.join('')}${foot}`, sent, droppedTokens, warnings };
}
