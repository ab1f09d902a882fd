/**
 * Measures the patch core on a corpus of model answers with known results:
 * `npm run bench:patch -- cases.jsonl.gz [--failures] [--no-baselines]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { patchFromAnswer } from '../../src/core/patch/patch-from-answer.ts';
import { bareDiff, baselines } from './patch-baselines.ts';
import { judge, type Outcome, type PatchCase, readCases } from './patch-case.ts';
import { verifyWithGit } from './patch-verify.ts';

const options = process.argv.slice(2);
const file = options.find((option) => !option.startsWith('--'));
if (!file) throw new Error('usage: npm run bench:patch -- cases.jsonl[.gz] [--failures] [--no-baselines]');

const cases = readCases(file);
const formats = [...new Set(cases.map(({ format }) => format))];
const workDirectory = mkdtempSync(join(tmpdir(), 'orch-bench-patch-'));
// Nothing above the work directory may make git look at it as a part of a repository.
process.env.GIT_CEILING_DIRECTORIES = tmpdir();

try {
  const rows: string[][] = [
    ['format', 'method', 'cases', 'right', 'refused', 'wrong', 'must refuse', 'accepted'],
  ];
  const started = performance.now();
  const results = cases.map((patchCase) => ({ patchCase, result: run(patchCase) }));
  const seconds = (performance.now() - started) / 1000;

  const outcomes = new Map(
    results.map(({ patchCase, result }) => [patchCase, judge(patchCase, only(patchCase, result))]),
  );
  for (const format of formats)
    rows.push(
      row(
        format,
        'orch',
        ofFormat(format).map((one) => outcomes.get(one)!),
      ),
    );

  let emitted = 0;
  const unverified: string[] = [];
  for (const { patchCase, result } of results) {
    if (result.patch === undefined) continue;
    emitted++;
    const trouble = verifyWithGit(workDirectory, result.patch, result.changes[0]!);
    if (trouble !== undefined) unverified.push(`${patchCase.id}: ${trouble}`);
  }

  if (!options.includes('--no-baselines')) {
    for (const { name, run: apply } of baselines(workDirectory)) {
      for (const format of formats) {
        if (format !== 'udiff') rows.push([format, name, 'n/a', '', '', '', '', '']);
        else if (!apply) rows.push([format, name, 'not installed', '', '', '', '', '']);
        else {
          const judged = ofFormat(format).map((patchCase) => {
            const diff = bareDiff(patchCase);
            return judge(patchCase, diff === undefined ? undefined : apply(patchCase, diff));
          });
          rows.push(row(format, name, judged));
        }
      }
    }
  }

  print(rows);
  console.log();
  console.log(
    `${emitted} patches emitted, ${emitted - unverified.length} pass git apply --check and give the intended bytes`,
  );
  for (const line of unverified) console.log(`  ${line}`);
  console.log(
    `${cases.length} answers in ${seconds.toFixed(2)} s, ${Math.round(cases.length / seconds)} per second (reading to patch, without git)`,
  );

  if (options.includes('--failures')) {
    console.log();
    for (const { patchCase, result } of results) {
      const outcome = outcomes.get(patchCase)!;
      if (outcome === 'right' || outcome === 'must-refuse kept out') continue;
      const reasons = result.problems.map(
        ({ block, code, lines }) => `${block ?? '-'}:${code}${lines ? `@${lines.slice(0, 4)}` : ''}`,
      );
      const levels = result.hunks
        .map(({ level, chosenBy }) => (chosenBy ? `${level}/${chosenBy}` : level))
        .filter((level) => level !== 'exact');
      console.log(
        [
          patchCase.id,
          patchCase.format,
          outcome,
          patchCase.corruption.join('+') || 'clean',
          ...reasons,
          ...levels,
        ].join(' '),
      );
    }
  }
  if (unverified.length > 0) process.exitCode = 1;
} finally {
  rmSync(workDirectory, { recursive: true, force: true });
}

function run(patchCase: PatchCase) {
  const source = { path: patchCase.path, text: patchCase.before };
  return patchFromAnswer(patchCase.model_text, [source], { finishReason: patchCase.finish_reason });
}

/** The new text when the one file was changed and nothing else. */
function only(patchCase: PatchCase, { patch, changes }: ReturnType<typeof run>): string | undefined {
  if (patch === undefined) return undefined;
  return changes.length === 1 && changes[0]!.path === patchCase.path
    ? changes[0]!.after
    : 'another file was changed';
}

function ofFormat(format: string): PatchCase[] {
  return cases.filter((patchCase) => patchCase.format === format);
}

function row(format: string, method: string, outcomes: readonly Outcome[]): string[] {
  const count = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length;
  const accepted = count('must-refuse accepted');
  const refusals = accepted + count('must-refuse kept out');
  const rest = outcomes.length - refusals;
  const share = (number: number, of: number) =>
    of === 0 ? '-' : `${number} (${((number * 100) / of).toFixed(1)} %)`;
  return [
    format,
    method,
    String(rest),
    share(count('right'), rest),
    share(count('refused'), rest),
    share(count('wrong'), rest),
    String(refusals),
    share(accepted, refusals),
  ];
}

function print(rows: readonly string[][]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  for (const cells of rows)
    console.log(
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
}
