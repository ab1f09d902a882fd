/**
 * The crash test for fallback: sixteen faults on the Responses wire, orch and the bare `openai` package side by
 * side, then every row of the error policy. Real time, nothing scaled: about 100 s, most of it waiting.
 * `npm run bench:faults [-- --policy | --sixteen]`.
 */
import { performance } from 'node:perf_hooks';
import type { ScenarioServer } from '../rehearsal/scenario-server.ts';
import { type Judged, judge, judgeAccounts, type Try, type Verdict } from './faults/judge.ts';
import { callThroughOutage, judgeOutage } from './faults/outage.ts';
import { runRows } from './faults/rows.ts';
import { type Fault, faults } from './faults/sixteen.ts';
import {
  bareSubject,
  chunks,
  type OrchSubject,
  orchSubject,
  primaryText,
  type Subject,
  serveModels,
} from './faults/stage.ts';

/** What the published test implies: a silent route is left in time for an answer within 15 s. All else is default. */
const policies = { timeouts: { default: { firstEventMs: 8000, idleMs: 8000, totalMs: 12_000 } } };

interface Contender {
  name: string;
  stream: boolean;
  open(baseUrl: string): Subject | OrchSubject;
}

const contenders: Contender[] = [
  { name: 'orch, streaming', stream: true, open: (url) => orchSubject(url, { policies }) },
  { name: 'orch, plain', stream: false, open: (url) => orchSubject(url, { policies }) },
  { name: 'openai 6.49.0 alone', stream: true, open: bareSubject },
];

const stray: string[] = [];
process.on('unhandledRejection', (reason) => stray.push(String(reason)));

const arguments_ = process.argv.slice(2);
const started = performance.now();
let good = true;
if (!arguments_.includes('--policy')) good = (await runSixteen()) && good;
if (!arguments_.includes('--sixteen')) good = (await runPolicyRows()) && good;
if (stray.length > 0) console.log(`\nunhandled rejections: ${stray.join('; ')}`);
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s`);
process.exitCode = good && stray.length === 0 ? 0 : 1;

/** Loads what a first call loads: how long that takes is not the question here. */
async function warmUp(): Promise<void> {
  const server = await serveModels({ primary: { kind: 'text', text: primaryText } });
  for (const { open, stream } of contenders) {
    const subject = open(server.url);
    await subject.ask({ stream });
    await subject.close();
  }
  await server.close();
}

async function runSixteen(): Promise<boolean> {
  await warmUp();
  const results = await Promise.all(
    contenders.map((contender) => Promise.all(faults.map((fault) => run(fault, contender)))),
  );
  console.log('Sixteen faults on the Responses API: one faulty model, one healthy one.');
  console.log(
    `Limits 8 s to the first event and between two, 12 s per attempt; retries and breaker as by default.`,
  );
  console.log('Fault 15 in real time: 60 s down, a call every 4 s, 30 s to recover.\n');
  const rows = [['#', 'fault', ...contenders.map(({ name }) => name)]];
  for (const [at, fault] of faults.entries())
    rows.push([String(fault.number), fault.name, ...results.map((column) => column[at]!.verdict)]);
  for (const verdict of ['pass', 'partial', 'safe', 'fail'] as const)
    rows.push(['', verdict, ...results.map((column) => String(count(column, verdict)))]);
  printTable(rows, faults.length);
  console.log();
  for (const [column, { name }] of contenders.entries()) {
    for (const [at, { verdict, note }] of results[column]!.entries())
      if (note !== '') console.log(`${name}: ${faults[at]!.number} ${verdict}: ${note}`);
  }
  return results.slice(0, 2).every((column) => count(column, 'pass') === faults.length);
}

function count(column: readonly Judged[], verdict: Verdict): number {
  return column.filter((judged) => judged.verdict === verdict).length;
}

async function run(fault: Fault, { stream, open }: Contender): Promise<Judged> {
  const server = await serveModels({
    primary: fault.primary({ stream, second: 1000 }),
    ...(fault.secondary ? { secondary: fault.secondary } : {}),
  });
  const subject = open(server.url);
  const began = Date.now();
  const tries: Try[] = [];
  const stop = server.onRequest(({ model, at }) => tries.push({ model, at: at - began }));
  try {
    if (fault.number === 15) return judgeOutage(await callThroughOutage(subject, stream), tries);
    const outcome = await subject.ask({ stream });
    stop();
    const judged = judge(fault, { outcome, tries, afterwards: await afterwards(server, subject, stream) });
    if (fault.number !== 16 || !('records' in subject) || judged.verdict !== 'pass') return judged;
    const wrong = judgeAccounts(outcome, (await subject.records()).slice(0, tries.length));
    return wrong.length === 0 ? judged : { verdict: 'partial', note: wrong.join('; ') };
  } finally {
    await subject.close();
    await server.close();
  }
}

async function afterwards(server: ScenarioServer, subject: Subject, stream: boolean) {
  server.answerWith({ kind: 'text', text: primaryText, chunks });
  return subject.ask({ stream });
}

async function runPolicyRows(): Promise<boolean> {
  const results = await runRows();
  console.log('\nEvery row of the error policy, and what goes beyond the sixteen:\n');
  printTable(
    [
      ['', 'row', ''],
      ...results.map(({ group, name, problems }) => [
        group,
        name,
        problems.length === 0 ? 'pass' : `FAIL: ${problems.join('; ')}`,
      ]),
    ],
    results.length,
  );
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  console.log(`\n${results.length - failed} of ${results.length} pass`);
  return failed === 0;
}

function printTable(rows: readonly (readonly string[])[], body: number): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const [at, row] of rows.entries()) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
    if (at === 0 || at === body) console.log(widths.map((width) => '-'.repeat(width)).join('  '));
  }
}
