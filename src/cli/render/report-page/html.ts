/** Texts from outside in HTML and SVG. Nothing else of this folder may put a text into the page. */
import { printable } from '../../../core/text/hidden.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For an element or an attribute in quotes. What could hide or turn around other text is shown as an escape. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character]!);
}

/** A name in a direction of its own, so that one that is read from right to left does not move its neighbours. */
export function nameHtml(name: string): string {
  return `<bdi>${escapeHtml(name)}</bdi>`;
}

/** By characters, not by halves of one. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}\u2026`;
}
