/**
 * Decides whether a text is the one that was asked for. Text can say anything, so only what cannot be meant is refused:
 * a text without the form of a document that talks to the one who asked for a document, one that says that it did not
 * get the files that were sent, and one that does nothing but ask back, decline as a model or announce work.
 */
import { gitLine, holdsEdit, startsNames } from '../patch/dialects/edit-marks.ts';
import { formOf, hasHeading, outsideFences } from './extract-document.ts';
import { onlyPromises } from './promise.ts';
import { quoted } from './sentences.ts';
import { declinesAsModel, longestSpeech, missesMaterial, onlyAsksBack, speechOf } from './speech.ts';

export interface WantedText {
  /** A document with a title is asked for. */
  document: boolean;
  /** Files or other material were sent with the request. */
  material: boolean;
}

/** What is wrong with it, in words for a model and for a person; undefined if nothing is. */
export function faultOfText(text: string, { document, material }: WantedText): string | undefined {
  if (document && isEdit(text)) return 'it is an edit of a file, and a document was asked for';
  const form = formOf(text);
  if (document && form === 'headings') return 'it consists of headings without any text';
  const isHeaded = /^#{1,6} \S/m.test(text);
  if (text.length > longestSpeech || (document ? isHeaded : form !== 'plain')) return undefined;
  if (material && missesMaterial(text))
    return `it says that something is missing which was sent: ${quoted(text)}`;
  if (material && onlyAsksBack(text)) return `it is a question back: ${quoted(text)}`;
  if (declinesAsModel(text)) return `it declines the request: ${quoted(text)}`;
  if (onlyPromises(text)) return `it only announces what is to come: ${quoted(text)}`;
  if (document && speechOf(text.replace(/^`{3,}.*\n/, '')) !== undefined)
    return `it is no document, but says: ${quoted(text)}`;
  return undefined;
}

/** A document may show an edit, in a fence or indented and below a title; one that is nothing else has no title outside. */
function isEdit(text: string): boolean {
  const outside = outsideFences(text).replace(/^(?: {4}|\t).*$/gm, '');
  return holdsAnyEdit(outside) || (!isTitled(outside) && holdsAnyEdit(text));
}

/** In Markdown, AsciiDoc or HTML. */
function isTitled(text: string): boolean {
  return hasHeading(text) || /^\S.*\n={3,}[ \t]*$|^= \S|^<h1[\s>]/im.test(text);
}

function holdsAnyEdit(text: string): boolean {
  if (holdsEdit(text)) return true;
  const lines = text.split('\n');
  return lines.some((line, at) => line.startsWith(gitLine) || startsNames(line, lines[at + 1]));
}
