/**
 * The patch core under load, for a person to read: `npm run bench:patch:stress [-- ANSWERS]`. Malformed answers
 * must not take memory for good, and a large file with many hunks must not take more than its share of time.
 * Exits with 1 when the heap has grown.
 */
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { patchFromAnswer } from '../../src/core/patch/patch-from-answer.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const answers = Number(process.argv[2] ?? 2000);
/** What the heap may be larger at the end, in MB: caches of the engine itself, no share of any answer. */
const tolerance = 4;

/** The same numbers on every machine (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(20261122);
const below = (limit: number) => Math.floor(random() * limit);
const lines = Array.from({ length: 400 }, (_, at) =>
  at % 9 === 0 ? '' : `${'  '.repeat(at % 4)}const value${at} = compute(${at % 23});`,
);
const file = { path: 'src/a.ts', text: `${lines.join('\n')}\n` };

const pieces: (() => string)[] = [
  () => lines[below(lines.length)]!,
  () => ` ${lines[below(lines.length)]!}`,
  () => `-${lines[below(lines.length)]!}`,
  () => `+${lines[below(lines.length)]!}x`,
  () => '<<<<<<< SEARCH',
  () => '=======',
  () => '>>>>>>> REPLACE',
  () => `@@ -${below(500)},${below(9)} +${below(500)},${below(9)} @@`,
  () => '@@',
  () => '*** Begin Patch',
  () => `*** Update File: ${random() < 0.7 ? 'src/a.ts' : '../b.ts'}`,
  () => '*** End Patch',
  () => 'diff --git a/src/a.ts b/src/a.ts',
  () => '--- a/src/a.ts',
  () => '+++ b/src/a.ts',
  () => '`'.repeat(3 + below(3)) + (random() < 0.5 ? 'ts src/a.ts' : ''),
  () => 'src/a.ts',
  () => '// ... rest of the file ...',
  () => String.fromCodePoint(32 + below(40_000)).repeat(below(200)),
];

function malformed(): string {
  return Array.from({ length: 1 + below(120) }, () => pieces[below(pieces.length)]!()).join(
    random() < 0.1 ? '\r\n' : '\n',
  );
}

function heapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

function run(count: number): { patches: number; slowestMs: number } {
  let patches = 0;
  let slowestMs = 0;
  for (let at = 0; at < count; at++) {
    const answer = malformed();
    const started = performance.now();
    if (patchFromAnswer(answer, [file]).patch !== undefined) patches++;
    slowestMs = Math.max(slowestMs, performance.now() - started);
  }
  return { patches, slowestMs };
}

// What is made once and kept is made before the first look.
run(Math.min(300, answers));
const heapBefore = heapMb();
const started = performance.now();
const { patches, slowestMs } = run(answers);
const seconds = (performance.now() - started) / 1000;
const grown = heapMb() - heapBefore;
console.log(
  `${answers} malformed answers in ${seconds.toFixed(2)} s, the slowest ${slowestMs.toFixed(0)} ms, ${patches} of them patches; heap ${heapBefore.toFixed(1)} MB before, ${grown >= 0 ? '+' : ''}${grown.toFixed(2)} MB after`,
);
if (grown > tolerance) {
  console.log(`the heap has grown by more than ${tolerance} MB`);
  process.exitCode = 1;
}

const hunks = 200;
const large = Array.from(
  { length: 100_000 },
  (_, at) => `  const entry_${at} = lookUp(${at * 7919}, "row ${at}");`,
);
const apart = Math.floor(large.length / hunks);
const largeFile = { path: 'src/large.ts', text: `${large.join('\n')}\n` };
const places = Array.from({ length: hunks }, (_, at) => at * apart + 10);
const changed = (line: string) => line.replace('lookUp', 'find');

const shapes: Record<string, string> = {
  'search/replace': places
    .map((at) => {
      const block = large.slice(at, at + 3).join('\n');
      return `src/large.ts\n\`\`\`\n<<<<<<< SEARCH\n${block}\n=======\n${changed(block)}\n>>>>>>> REPLACE\n\`\`\`\n`;
    })
    .join('\n'),
  'unified diff, numbers wrong': `--- a/src/large.ts\n+++ b/src/large.ts\n${places
    .map(
      (at) =>
        `@@ -${at + 50},3 +${at + 50},3 @@\n ${large[at - 1]}\n-${large[at]}\n+${changed(large[at]!)}\n ${large[at + 1]}`,
    )
    .join('\n')}\n`,
  'unified diff, indentation lost': `--- a/src/large.ts\n+++ b/src/large.ts\n${places
    .map(
      (at) =>
        `@@ -${at},3 +${at},3 @@\n ${large[at - 1]!.trim()}\n-${large[at]!.trim()}\n+${changed(large[at]!.trim())}\n ${large[at + 1]!.trim()}`,
    )
    .join('\n')}\n`,
  V4A: `*** Begin Patch\n*** Update File: src/large.ts\n${places
    .map((at) => `@@\n ${large[at - 1]}\n-${large[at]}\n+${changed(large[at]!)}`)
    .join('\n')}\n*** End Patch\n`,
  'the whole file': `src/large.ts\n\`\`\`ts\n${large.map((line, at) => (places.includes(at) ? changed(line) : line)).join('\n')}\n\`\`\`\n`,
};

console.log(`\na file of ${(largeFile.text.length / 1e6).toFixed(1)} MB, ${hunks} hunks:`);
for (const [shape, answer] of Object.entries(shapes)) {
  const begun = performance.now();
  const { patch, problems, hunks: placed } = patchFromAnswer(answer, [largeFile]);
  const took = (performance.now() - begun).toFixed(0);
  const outcome =
    patch === undefined
      ? `refused: ${problems[0]?.message}${problems.length > 1 ? `, and ${problems.length - 1} more` : ''}`
      : `${placed.length} placed, ${[...new Set(placed.map(({ level }) => level))].join(', ')}`;
  console.log(`  ${shape.padEnd(32)} ${took.padStart(6)} ms  ${outcome}`);
}
