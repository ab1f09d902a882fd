/** What a model is told of tests that were refused: names, differences, places; within a budget, and nothing else. */
import { withoutEscapes } from '../input/log/escapes.ts';
import { approxTokens } from '../input/tokens.ts';
import { plural } from '../text/format.ts';
import type { TestReport } from './reports/report.ts';
import type { Survivor } from './verdict.ts';

export interface Complaint {
  /** Why the tests are refused, in one sentence without a full stop. */
  reason: string;
  /** Of the run that failed; undefined if none did. */
  report: TestReport | undefined;
  survivors: readonly Survivor[];
}

export interface ComplaintPlaces {
  /** Absolute path of the scratch copy, under every name that a message may give it. */
  copies: readonly string[];
}

const mostFailures = 12;
const mostTokens = 1500;
const mostSurvivors = 8;
/** Of one failure, in lines: its message, the difference, and where it happened. */
const mostLines = 30;
/** Of one failure; of one line, which may be a whole document. */
const mostCharacters = 3000;
const longestLine = 500;
const mostRead = 200_000;

/** Plain text of at most about 1,500 tokens. Holds no path outside the project. */
export function complaint({ reason, report, survivors }: Complaint, places: ComplaintPlaces): string {
  const lines = [`The tests are not accepted: ${reason}.`];
  const failures = [
    ...(report?.broken ?? []).map(({ text }) => ({ name: 'the file could not be loaded', text })),
    ...(report?.tests ?? []).flatMap(({ name, failure }) => (failure ? [{ name, text: failure.text }] : [])),
  ];
  const seen = new Map<string, string>();
  let shown = 0;
  for (const { name, text } of failures) {
    const tidy = withinProject(text, places);
    const same = seen.get(withoutNumbers(tidy));
    const entry = same === undefined ? `\n\u2717 ${name}\n${indented(tidy)}` : `\n\u2717 ${name}: as ${same}`;
    if (shown >= mostFailures || approxTokens([...lines, entry].join('\n')) > mostTokens) break;
    seen.set(withoutNumbers(tidy), name);
    lines.push(entry);
    shown++;
  }
  if (shown < failures.length) lines.push(`\n${plural(failures.length - shown, 'more failure')} not shown.`);
  if (survivors.length > 0) {
    lines.push('', 'These changes to the code go unnoticed:');
    for (const { path, line, change } of survivors.slice(0, mostSurvivors))
      lines.push(`- ${path} line ${line}: ${change}`);
  }
  return lines.join('\n');
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '#');
}

/** Frames of the runner and of installed packages say nothing that a model could mend. */
const foreignFrame =
  /^\s*(?:at |\u276f |File ")?.*(?:node_modules[\\/]|node:internal|internal[\\/]process|site-packages[\\/]|dist-packages[\\/]|[\\/]lib[\\/]python\d|[\\/]go[\\/]src[\\/]|[\\/]go-\d[\d.]*[\\/])/;
const aFrame = /^\s*(?:at |\u276f |File ")/;
const emptyFrame = /^\s*at (?:async )?(?:Promise\.all|new Promise|<anonymous>|process\.)/;
/** Any absolute path that is left is somebody's; its last part says enough. */
const absolutePath = /(?:file:\/\/)?(?<![\w./~-])\/(?:[\w.@+~-]+\/)+([\w.@+~-]+)/g;

/** Without escape sequences and frames of others. Paths are those of the project; of others only the last part stays. */
export function ofProject(text: string, { copies }: ComplaintPlaces): string {
  let tidy = withoutEscapes(text).replace(/\r\n?/g, '\n');
  for (const copy of copies) tidy = tidy.replaceAll(`file://${copy}/`, '').replaceAll(`${copy}/`, '');
  return tidy
    .split('\n')
    .filter((line) => !(aFrame.test(line) && foreignFrame.test(line)) && !emptyFrame.test(line))
    .map((line) => line.replace(absolutePath, '$1').trimEnd())
    .join('\n');
}

function withinProject(text: string, places: ComplaintPlaces): string {
  const own = withoutEscapes(text.slice(0, mostRead)).split('\n');
  const lines = ofProject(own.filter((line) => !foreignFrame.test(line)).join('\n'), places)
    .split('\n')
    .map((line) => shortened(line, longestLine));
  const kept = lines.length > mostLines ? [...lines.slice(0, mostLines - 1), '\u2026'] : lines;
  return shortened(
    kept
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    mostCharacters,
  );
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}\u2026` : text;
}
