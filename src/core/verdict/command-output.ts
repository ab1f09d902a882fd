/** What is told of a command that failed: to the user, and to the model whose answer it failed with. */
import { cutLog, tidyLog } from '../input/log/cut-log.ts';
import { type ComplaintPlaces, ofProject } from './repair.ts';

/** In characters: what an error shows, and what a model is sent. */
const shownCharacters = 2000;
const sentCharacters = 4000;

/** After the words that say how it ended: on the same line, or indented if there are several lines. */
export function shownOutput(output: string): string {
  const shown = evidenceIn(output, shownCharacters);
  if (shown === '') return ' and printed nothing';
  return shown.includes('\n') ? `:\n${shown.replace(/^/gm, '    ')}\n` : `: ${shown}`;
}

/**
 * At most about 1,500 tokens. `output` must not hold secrets any more: what is cut does not look like one. `ended`:
 * `exited with 1`.
 */
export function commandComplaint(ended: string, output: string, places: ComplaintPlaces): string {
  const shown = evidenceIn(ofProject(output, places), sentCharacters);
  return shown === '' ? `The command ${ended} and printed nothing.` : `The command ${ended}:\n${shown}`;
}

/**
 * Of the end of a longer output, what begins with a whole line: the rest of a secret looks like none. A key of several
 * lines whose beginning is gone goes with it.
 */
export function wholeLines(output: string): string {
  const lines = output.slice(output.indexOf('\n') + 1);
  const end = /-----END [A-Z ]+-----/.exec(lines);
  const begin = lines.indexOf('-----BEGIN ');
  return end && (begin === -1 || begin > end.index) ? lines.slice(end.index + end[0].length) : lines;
}

/** Test runners name the failing test and the two values far above the totals that they end with. */
function evidenceIn(output: string, maxCharacters: number): string {
  const text = tidyLog(output.trim());
  return cutLog(text, { maxCharacters, label: 'the output' }) ?? text.slice(-maxCharacters);
}
