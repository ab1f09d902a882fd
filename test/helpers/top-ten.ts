/** Whether two engines give the same answer. */
import type { BlockMatch } from '../../src/core/retrieve/types.ts';

/** Scores are sums of 32-bit numbers on one side, and of 64-bit ones on the other. */
const tolerance = 1e-3;

/** The same first ten, but for those between which neither of the two decides. */
export function isSameTopTen(one: readonly BlockMatch[], other: readonly BlockMatch[]): boolean {
  const [these, those] = [one, other].map(
    (matches) => new Map(matches.map((match) => [placeOf(match), match.score])),
  );
  const isTie = (a: number, b: number) => Math.abs(a - b) <= tolerance * Math.max(a, b);
  return [...these!.keys()].slice(0, 10).every((place, rank) => {
    const score = those!.get(place);
    const there = other[rank]?.score;
    return score !== undefined && there !== undefined && isTie(score, there);
  });
}

function placeOf({ path, start, end }: BlockMatch): string {
  return `${path}:${start}-${end}`;
}
