/** `npm run bench:fuzz -- [--runs 50000] [--seed 1]`: mutated streams and bodies against the provider. */
import { performance } from 'node:perf_hooks';
import { fuzz } from './fuzz/run.ts';

const options = process.argv.slice(2);
const number = (name: string, otherwise: number) => {
  const at = options.indexOf(name);
  return at < 0 ? otherwise : Number(options[at + 1]);
};
const started = performance.now();
const report = await fuzz({ runs: number('--runs', 50_000), seed: number('--seed', 1) });
const seconds = (performance.now() - started) / 1000;
console.log(
  `${report.runs} runs in ${seconds.toFixed(1)} s: ${report.successes} answers, the rest failures:`,
);
for (const [failureClass, count] of [...report.failures].sort((one, other) => other[1] - one[1]))
  console.log(`  ${failureClass.padEnd(24)}${count}`);
console.log(`${report.problems.length} broken promises`);
for (const problem of report.problems.slice(0, 20)) console.log(`  ${problem}`);
process.exitCode = report.problems.length === 0 ? 0 : 1;
