/** What surrounds a chart: its heading, its forms for wide and narrow screens, its numbers as a table. */
import { escapeHtml, nameHtml } from './html.ts';

/** A chart that is as wide as the page, and one of half its width; each has a form for telephones. */
export const whole = { wide: 1100, narrow: 358 };
export const half = { wide: 540, narrow: 358 };

export function drawings({ wide, narrow }: typeof whole, draw: (width: number) => string): string[] {
  return [`<div class="wide">${draw(wide)}</div>`, `<div class="narrow">${draw(narrow)}</div>`];
}

export function figure(heading: string, parts: readonly string[]): string {
  return [`<figure class="chart"><figcaption><h2>${heading}</h2></figcaption>`, ...parts, '</figure>'].join(
    '\n',
  );
}

export function numbers(headings: readonly string[], rows: readonly string[][]): string {
  const heads = headings.map(
    (heading, at) => `<th scope="col"${at === 0 ? ' class="name first"' : ''}>${nameHtml(heading)}</th>`,
  );
  const body = rows.map(
    ([name, ...cells]) =>
      `<tr><th scope="row" class="first">${nameHtml(name!)}</th>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`,
  );
  return `<details><summary>Numbers of this chart</summary><div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(`Numbers: ${headings[0]}`)}"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div></details>`;
}
