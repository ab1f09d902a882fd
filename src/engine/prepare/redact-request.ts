/** Takes the secrets out of everything that a call sends, before its input is assembled. */
import type { RuleFile } from '../../core/input/assemble-input.ts';
import type { Excerpt } from '../../core/input/excerpts.ts';
import type { LineRange } from '../../core/input/source-file.ts';
import type { FileChange } from '../../core/patch/types.ts';
import { Redactions, type SecretSpan } from '../../core/secrets/redactions.ts';
import type { RedactedFiles } from '../../core/secrets/restore-secrets.ts';
import type { SecretScanner, SourceSet } from '../ports.ts';

export interface Outgoing {
  instruction: string;
  context: string | undefined;
  sourceSet: SourceSet;
  changes: readonly FileChange[];
  rules: readonly RuleFile[];
  /** What was found for the task. */
  excerpts: readonly Excerpt[];
}

export interface RedactedRequest extends Outgoing {
  /** Undefined when there was nothing to redact. */
  redacted: RedactedFiles | undefined;
  warnings: string[];
}

interface Finding {
  where: string;
  kind: string;
}

const mostShown = 10;

export async function redactRequest(
  outgoing: Outgoing,
  scanner: SecretScanner | undefined,
): Promise<RedactedRequest> {
  const nothing = { ...outgoing, redacted: undefined, warnings: [] };
  if (!scanner) return nothing;
  const { instruction, context, sourceSet, changes, rules, excerpts } = outgoing;
  const files = new Map(sourceSet.sources.map(({ path, text }) => [path, text]));
  const sides = changes.flatMap(({ before, after }) => [before, after]);
  const texts = new Set([
    ...files.values(),
    ...sides,
    ...rules.map(({ text }) => text),
    ...excerpts.map(({ text }) => text),
    context ?? '',
    instruction,
  ]);
  const spans = new Map<string, SecretSpan[]>();
  for (const text of texts) spans.set(text, await scanner.find(text));
  if ([...spans.values()].every(({ length }) => length === 0)) return nothing;

  const redactions = new Redactions([...texts]);
  // First every value gets its placeholder; then it is replaced wherever else it stands.
  for (const [text, found] of spans) redactions.redact(text, found);
  const redact = (text: string) =>
    redactions.redact(text, [...(spans.get(text) ?? []), ...redactions.occurrences(text)]);

  const findings: Finding[] = [];
  const redactedFiles = new Map<string, string>();
  const parts = [...sourceSet.sources, ...excerpts];
  // What was found is never in a file that is given.
  for (const [path, original] of new Map(parts.map(({ path, text }) => [path, text]))) {
    const { text, found } = redact(original);
    redactedFiles.set(path, text);
    const ranges = parts.filter((part) => part.path === path).map(({ range }) => range);
    for (const { kind, line, lastLine } of found)
      if (ranges.some((range) => shows(range, line, lastLine)))
        findings.push({ kind, where: `${path}:${line}` });
  }
  const redactText = (original: string, name: string) => {
    const { text, found } = redact(original);
    findings.push(...found.map(({ kind, line }) => ({ kind, where: `${name}, line ${line}` })));
    return text;
  };
  const redactedChanges = changes.map((change) => ({
    ...change,
    before: redact(change.before).text,
    after: redact(change.after).text,
  }));
  findings.push(...(await findingsIn(redactedChanges, redactions)));
  return {
    changes: redactedChanges,
    rules: rules.map(({ path, text }) => ({ path, text: redactText(text, path) })),
    sourceSet: {
      ...sourceSet,
      sources: sourceSet.sources.map((source) => ({ ...source, text: redactedFiles.get(source.path)! })),
    },
    excerpts: excerpts.map((excerpt) => ({ ...excerpt, text: redactedFiles.get(excerpt.path)! })),
    context: context === undefined ? undefined : redactText(context, 'context'),
    instruction: redactText(instruction, 'instruction'),
    redacted: { redactions, originals: files },
    warnings: warningsAbout(findings),
  };
}

/** Only what the diff shows: the rest of a changed file is not sent. */
async function findingsIn(changes: readonly FileChange[], redactions: Redactions): Promise<Finding[]> {
  const placeholdersIn = (text: string) => [...new Set(redactions.placeholdersIn(text))];
  const touched = changes.filter(({ before, after }) => placeholdersIn(before + after).length > 0);
  if (touched.length === 0) return [];
  const { emitPatches } = await import('../../core/patch/git/emit-patch.ts');
  return emitPatches(touched).flatMap((diff, at) =>
    placeholdersIn(diff).map((label) => ({
      kind: label.split(':')[1]!,
      where: `change of ${touched[at]!.path}`,
    })),
  );
}

function shows(range: LineRange | undefined, line: number, lastLine: number): boolean {
  return range === undefined || (lastLine >= range.from && line <= range.to);
}

/** Where and of what kind, but never a value. */
function warningsAbout(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const places = findings.slice(0, mostShown).map(({ where, kind }) => `${where} (${kind})`);
  if (findings.length > mostShown) places.push(`${findings.length - mostShown} more`);
  const what =
    findings.length === 1
      ? '1 secret was replaced by a placeholder'
      : `${findings.length} secrets were replaced by placeholders`;
  return [`${what}: ${places.join(', ')}`];
}
