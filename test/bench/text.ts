/**
 * How the CPU time for hostile texts grows: `npm run bench:text [-- --kb 1024 WORD…]` runs the shapes whose names hold a
 * word (or all of them) at 1 and 4 MB, each in a process of its own. Prints the seconds, their ratio and what is over
 * the bounds. Exits with 1 if anything is.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { shapes } from './text-shapes.ts';

/** CPU for 4 MB as a multiple of that for 1 MB. */
const mostRatio = 4.4;
/** CPU for 1 MB. */
const mostSeconds = 5;
/** Less than this is noise, and stops nobody. */
const floorSeconds = 0.1;
/** A measurement that takes longer is given up. */
const mostWaitMs = 120_000;
/** Over a bound it is measured again: the least of several counts. */
const tries = 3;

const { values, positionals } = parseArgs({
  options: { one: { type: 'string' }, kb: { type: 'string', default: '1024' } },
  allowPositionals: true,
});
/** The smaller of the two sizes. */
const bytes = Number(values.kb) * 1024;
if (values.one === undefined) report(positionals);
else one(values.one);

/** In the process of a single measurement. */
function one(name: string): void {
  const work = shapes[name]!(bytes);
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1e6);
}

function report(wanted: readonly string[]): void {
  let over = 0;
  const chosen = Object.keys(shapes).filter(
    (name) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
  );
  for (const name of chosen) {
    let small = measured(name, bytes);
    let large = measured(name, 4 * bytes);
    for (
      let again = 1;
      again < tries && Number.isFinite(small + large) && fault(small, large) !== undefined;
      again++
    ) {
      small = Math.min(small, measured(name, bytes));
      large = Math.min(large, measured(name, 4 * bytes));
    }
    const found = fault(small, large);
    if (found !== undefined) over++;
    console.log(
      `${name.padEnd(52)} ${seconds(small)} ${seconds(large)}  ${ratioOf(small, large).toFixed(1).padStart(6)}${found === undefined ? '' : `  ${found}`}`,
    );
  }
  console.log(`${chosen.length} shapes, ${over} over a bound`);
  if (over > 0) process.exitCode = 1;
}

function fault(small: number, large: number): string | undefined {
  if (!Number.isFinite(small + large)) return `failed, or took over ${mostWaitMs / 1000} s`;
  if (small > mostSeconds) return `over ${mostSeconds} s for 1 MB`;
  return ratioOf(small, large) > mostRatio ? `over ${mostRatio} times` : undefined;
}

function ratioOf(small: number, large: number): number {
  return large < floorSeconds ? 0 : large / Math.max(small, floorSeconds / 4);
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`.padStart(10);
}

/** CPU seconds of the work; infinite where it fails or takes too long. */
function measured(name: string, size: number): number {
  try {
    const output = execFileSync(
      process.execPath,
      [fileURLToPath(import.meta.url), '--one', name, '--kb', String(size / 1024)],
      { encoding: 'utf8', timeout: mostWaitMs, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    return Number(output);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
