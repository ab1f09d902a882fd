/** Takes secrets out of what a search shows: hosts and scripts pass it on to models. */
import { approxTokens } from '../../core/input/tokens.ts';
import { cutMemory, type Memory } from '../../core/memories/memories.ts';
import { linesOf } from '../../core/retrieve/corpus-rules.ts';
import { Redactions } from '../../core/secrets/redactions.ts';
import type { SecretScanner } from '../ports.ts';
import type { FoundPassage, SearchResult } from './search.ts';

/** Files are scanned whole: a part of a key does not look like one. */
export async function redactPassages(
  { passages, texts }: Pick<SearchResult, 'passages' | 'texts'>,
  {
    scanner,
    maxTokens,
    perPassage = 0,
  }: { scanner: SecretScanner | undefined; maxTokens: number; perPassage?: number | undefined },
): Promise<{ passages: FoundPassage[]; warnings: string[] }> {
  if (scanner === undefined) return { passages, warnings: [] };
  const redactions = new Redactions([...texts.values()]);
  const clean = new Map<
    string,
    { lines: string[]; found: { kind: string; line: number; lastLine: number }[] }
  >();
  for (const path of new Set(passages.map((passage) => passage.path))) {
    const text = texts.get(path) ?? '';
    const spans = await scanner.find(text);
    if (spans.length === 0) continue;
    const redacted = redactions.redact(text, spans);
    clean.set(path, { lines: linesOf(redacted.text), found: redacted.found });
  }
  if (clean.size === 0) return { passages, warnings: [] };
  const places: string[] = [];
  const shown = passages.map((passage) => {
    const { lines, found } = clean.get(passage.path) ?? { lines: [], found: [] };
    const here = found.filter(({ line, lastLine }) => line <= passage.end && lastLine >= passage.start);
    if (here.length === 0) return passage;
    places.push(...here.map(({ kind, line }) => `${passage.path}:${line} (${kind})`));
    const text = lines.slice(passage.start - 1, passage.end).join('\n');
    // Part of a line: it may hold what was taken out of that, or a piece of it.
    const symbol = passage.symbol !== undefined && text.includes(passage.symbol) ? passage.symbol : undefined;
    return { ...passage, symbol, text, tokens: approxTokens(text) };
  });
  return { passages: within(shown, { maxTokens, perPassage }), warnings: warningAbout(places) };
}

/** The same for what a memory server remembers; its texts are cut to their length. */
export async function redactMemories(
  memories: readonly Memory[],
  scanner: SecretScanner | undefined,
): Promise<{ memories: Memory[]; warnings: string[] }> {
  const redactions = new Redactions(memories.flatMap(({ id = '', text, tags }) => [id, text, ...tags]));
  const places: string[] = [];
  const clean = async (text: string) => {
    if (scanner === undefined) return text;
    const redacted = redactions.redact(text, await scanner.find(text));
    places.push(...redacted.found.map(({ kind }) => `a memory (${kind})`));
    return redacted.text;
  };
  const shown: Memory[] = [];
  for (const { id, text, tags, ...memory } of memories) {
    const cleanTags: string[] = [];
    for (const tag of tags) cleanTags.push(await clean(tag));
    shown.push({
      ...(id === undefined ? {} : { id: await clean(id) }),
      ...memory,
      text: cutMemory(await clean(text)),
      tags: cleanTags,
    });
  }
  return { memories: shown, warnings: warningAbout(places) };
}

/** A placeholder may be longer than what it stands for. */
function within(
  passages: readonly FoundPassage[],
  { maxTokens, perPassage }: { maxTokens: number; perPassage: number },
): FoundPassage[] {
  let left = maxTokens + perPassage;
  return passages.filter(({ tokens }) => {
    left -= tokens + perPassage;
    return left >= 0;
  });
}

const mostShown = 10;

/** Where and of what kind, but never a value. */
function warningAbout(places: readonly string[]): string[] {
  if (places.length === 0) return [];
  const shown = places.slice(0, mostShown);
  if (places.length > mostShown) shown.push(`${places.length - mostShown} more`);
  const what =
    places.length === 1
      ? '1 secret is shown as a placeholder'
      : `${places.length} secrets are shown as placeholders`;
  return [`${what}: ${shown.join(', ')}`];
}
