/** Finds runs of lines in one file. The index of each comparison is built when it is first used. */
import { normalizeIndentation, normalizeTypography, withoutTrailingSpace } from '../text/normalize.ts';
import type { WorkBudget } from './work-budget.ts';

export type Comparison = 'exact' | 'trailing-space' | 'typographic' | 'indentation';

export const normalizers: Record<Comparison, (line: string) => string> = {
  exact: (line) => line,
  'trailing-space': withoutTrailingSpace,
  typographic: normalizeTypography,
  indentation: normalizeIndentation,
};

interface View {
  keys: string[];
  positions: Map<string, number[]>;
}

/** The forms that a line of a pattern may have in the file; one of them must be there. */
export type Alternatives = readonly string[];

export class LineIndex {
  private readonly views = new Map<Comparison, View>();

  constructor(
    readonly lines: readonly string[],
    readonly budget: WorkBudget,
  ) {}

  private mixed: boolean | undefined;

  /** Some line has spaces after tabs, other than before the star of a comment. */
  get mixesIndentation(): boolean {
    this.mixed ??= this.lines.some((line) => /^\t+ +[^\s*]/.test(line));
    return this.mixed;
  }

  view(comparison: Comparison): View {
    let view = this.views.get(comparison);
    if (!view) {
      const keys = comparison === 'exact' ? [...this.lines] : this.lines.map(normalizers[comparison]);
      view = { keys, positions: positionsOf(keys) };
      this.views.set(comparison, view);
    }
    return view;
  }

  /** First lines, from 0 and ascending, of every run that matches the pattern. An empty pattern has none. */
  findRuns(comparison: Comparison, pattern: readonly Alternatives[]): number[] {
    const { keys, positions } = this.view(comparison);
    const normalize = normalizers[comparison];
    const forms = pattern.map((alternatives) => [...new Set(alternatives.map(normalize))]);
    return findIn(keys, positions, forms, this.budget);
  }

  /** The runs that the first successful comparison finds. */
  firstRuns(comparisons: readonly Comparison[], pattern: readonly Alternatives[]): number[] {
    for (const comparison of comparisons) {
      const runs = this.findRuns(comparison, pattern);
      if (runs.length > 0) return runs;
    }
    return [];
  }
}

export function positionsOf(keys: readonly string[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  keys.forEach((key, index) => {
    const known = positions.get(key);
    if (known) known.push(index);
    else positions.set(key, [index]);
  });
  return positions;
}

/** Starts from the rarest line of the pattern, so that a file full of brackets takes little work. */
export function findIn(
  keys: readonly string[],
  positions: ReadonlyMap<string, number[]>,
  forms: readonly Alternatives[],
  budget: WorkBudget,
): number[] {
  let rarest = -1;
  let fewest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < forms.length; index++) {
    let count = 0;
    for (const key of forms[index]!) count += positions.get(key)?.length ?? 0;
    if (count === 0) return [];
    if (count < fewest) {
      fewest = count;
      rarest = index;
    }
  }
  if (rarest === -1) return [];
  const starts: number[] = [];
  for (const key of forms[rarest]!) {
    for (const position of positions.get(key) ?? []) {
      const start = position - rarest;
      if (budget.exhausted) return starts;
      if (start < 0 || start + forms.length > keys.length) continue;
      let matched = 0;
      while (matched < forms.length && forms[matched]!.includes(keys[start + matched]!)) matched++;
      budget.spend(matched + 1);
      if (matched === forms.length) starts.push(start);
    }
  }
  return starts.sort((left, right) => left - right);
}
