/** The secrets that were taken out of what one call sends, and the placeholders that stand for them. */
import { searchFor } from './search-values.ts';

/** A part of a text that is a secret, from `start` to before `end`, in UTF-16 code units. May span lines. */
export interface SecretSpan {
  /** What it is, in lower-case letters, digits and hyphens: `github`, `private-key`. */
  kind: string;
  start: number;
  end: number;
}

export interface Redacted {
  /** Has the same lines as the original: a placeholder never spans two of them. */
  text: string;
  /** Every secret in order, with its first and last line, from 1. */
  found: { kind: string; line: number; lastLine: number }[];
}

/** Whatever brackets a model puts around it. */
const placeholderLike = /redacted:[a-z0-9-]+:(\d+)/gi;
/** Shorter ones may stand elsewhere by chance. */
const shortestSearched = 12;

export class Redactions {
  readonly #placeholders = new Map<string, string>();
  readonly #labels = new Set<string>();
  readonly #foreign = new Set<string>();
  readonly #takenNumbers = new Set<string>();
  /** For the values so far. */
  #search: ReturnType<typeof searchFor> | undefined;
  #next = 1;

  /** `material`: all texts of the call. A placeholder that somebody wrote into one of them is never taken for ours. */
  constructor(material: readonly string[] = []) {
    for (const text of material) {
      for (const [label, number] of text.matchAll(placeholderLike)) {
        this.#foreign.add(label.toLowerCase());
        this.#takenNumbers.add(number!);
      }
    }
  }

  get any(): boolean {
    return this.#placeholders.size > 0;
  }

  /** The spans may overlap and come in any order. The same value gets the same placeholder every time. */
  redact(text: string, spans: readonly SecretSpan[]): Redacted {
    const parts: string[] = [];
    const found: Redacted['found'] = [];
    let done = 0;
    let line = 1;
    for (const { kind, start, end } of merged(spans)) {
      const before = text.slice(done, start);
      line += newlinesIn(before);
      const secret = text.slice(start, end);
      const lastLine = line + newlinesIn(secret);
      found.push({ kind, line, lastLine });
      parts.push(before, this.#replaceLines(secret, kind));
      line = lastLine;
      done = end;
    }
    parts.push(text.slice(done));
    return { text: parts.join(''), found };
  }

  /** Where the values that were redacted so far stand in a text. */
  occurrences(text: string): SecretSpan[] {
    const values = [...this.#placeholders.keys()].filter((value) => value.length >= shortestSearched);
    this.#search ??= searchFor(values, shortestSearched);
    return this.#search(text).map(({ start, value }) => ({
      kind: this.#placeholders.get(value)!.split(':')[1]!,
      start,
      end: start + value.length,
    }));
  }

  /**
   * The placeholders in a line of an answer: ours, and those that nobody wrote into the material, which a model made
   * up. Without their brackets, which models change.
   */
  placeholdersIn(line: string): string[] {
    return Array.from(line.matchAll(placeholderLike), ([label]) => label.toLowerCase()).filter(
      (label) => this.#labels.has(label) || !this.#foreign.has(label),
    );
  }

  /** Indentation and empty lines stay. */
  #replaceLines(secret: string, kind: string): string {
    return secret
      .split('\n')
      .map((line) => {
        const value = line.trim();
        return value === '' ? line : line.replace(value, () => this.#placeholderFor(value, kind));
      })
      .join('\n');
  }

  #placeholderFor(value: string, kind: string): string {
    let placeholder = this.#placeholders.get(value);
    if (placeholder === undefined) {
      while (this.#takenNumbers.has(String(this.#next))) this.#next++;
      const label = `redacted:${kind}:${this.#next++}`;
      this.#labels.add(label);
      placeholder = `\u2039${label}\u203A`;
      this.#placeholders.set(value, placeholder);
      this.#search = undefined;
    }
    return placeholder;
  }
}

/** In order, without overlaps; the kind of several is that of the first. */
function merged(spans: readonly SecretSpan[]): SecretSpan[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  const result: SecretSpan[] = [];
  for (const span of sorted) {
    const last = result.at(-1);
    if (last && span.start < last.end) last.end = Math.max(last.end, span.end);
    else if (span.end > span.start) result.push({ ...span });
  }
  return result;
}

export function occurrencesOf(value: string, text: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) starts.push(at);
  return starts;
}

function newlinesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
