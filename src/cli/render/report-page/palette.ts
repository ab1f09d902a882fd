/** Colours and patterns of the page. Of a chart's bars, no two share a pattern: colour alone tells nothing apart. */

/** Names of CSS variables and their values; `c1` to `c7` are those of bars, the last of all others together. */
export const themes = {
  light: {
    ink: '#1b1e22',
    quiet: '#565d66',
    paper: '#ffffff',
    band: '#f4f6f8',
    line: '#d5dae0',
    alert: '#b3261e',
    c1: '#0064a8',
    c2: '#c2500c',
    c3: '#007a5e',
    c4: '#a23f84',
    c5: '#2d86bd',
    c6: '#8a6d00',
    c7: '#6b7280',
  },
  dark: {
    ink: '#e8eaed',
    quiet: '#a4acb6',
    paper: '#14171a',
    band: '#1d2125',
    line: '#373d44',
    alert: '#ff8a80',
    c1: '#58aef0',
    c2: '#f08a4b',
    c3: '#3cc9a0',
    c4: '#dd8fc6',
    c5: '#a8d8f5',
    c6: '#e0c040',
    c7: '#8d96a1',
  },
} as const;

/** Marks of each pattern in a square of 8 by 8. */
const marks = [
  '',
  '<path d="M-2 2L2 -2M0 8L8 0M6 10L10 6"/>',
  '<path d="M4 2.5V5.5M2.5 4H5.5"/>',
  '<path d="M0 4H8"/>',
  '<path d="M0 0L8 8M8 0L0 8"/>',
  '<path d="M4 0V8"/>',
  '<path d="M-2 6L2 10M0 0L8 8M6 -2L10 2"/>',
];

/** For `fill`. `at` from 0. */
export function fillOf(at: number): string {
  return `url(#p${at + 1})`;
}

/** Must not be hidden with `display: none`, which would take the patterns away as well. */
export function patternsSvg(): string {
  const patterns = marks.map(
    (mark, at) =>
      `<pattern id="p${at + 1}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="var(--c${at + 1})"/><g stroke="var(--paper)" stroke-width="1.5" fill="none">${mark}</g></pattern>`,
  );
  return `<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>${patterns.join('')}</defs></svg>`;
}

export function swatchSvg(at: number): string {
  return `<svg class="swatch" viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" rx="2" fill="${fillOf(at)}"/></svg>`;
}
