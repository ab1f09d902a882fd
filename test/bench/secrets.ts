/**
 * How much of what is secret is redacted, and how often what is not: 200 or more secrets drawn at random are put into
 * files of several languages, and the sources of this repository and its packages are searched for what looks like one.
 *
 *     npm run -s bench:secrets [-- seed]
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { scan } from '../../src/adapters/secrets/scan.ts';
import { secretScanner } from '../../src/adapters/secrets/secret-scanner.ts';
import { Redactions } from '../../src/core/secrets/redactions.ts';
import { plantedSecrets } from './secrets/planted.ts';
import { seededRandom } from './seeded-random.ts';

const leastRecall = 0.98;
const mostAlarmsPerThousand = 10;
const perKind = 12;
const root = process.cwd();

const seed = Number(process.argv[2] ?? 1);
const scanner = secretScanner([]);

async function measureRecall(): Promise<boolean> {
  const random = seededRandom(seed);
  const rows = new Map<string, { redacted: number; all: number }>();
  for (const { kind, secret, file } of plantedSecrets(random, perKind)) {
    const { text } = new Redactions().redact(file, await scanner.find(file));
    const row = rows.get(kind) ?? { redacted: 0, all: 0 };
    row.all++;
    if (!leaks(secret, text)) row.redacted++;
    else if (process.env.SHOW_MISSED) console.log(`missed ${kind}: ${file}`);
    rows.set(kind, row);
  }
  let [redacted, all] = [0, 0];
  for (const [kind, row] of rows) {
    console.log(`  ${kind.padEnd(28)} ${row.redacted}/${row.all}`);
    redacted += row.redacted;
    all += row.all;
  }
  console.log(
    `${redacted} of ${all} secrets of ${rows.size} kinds redacted: ${((100 * redacted) / all).toFixed(1)} %`,
  );
  return redacted / all >= leastRecall;
}

/** Whether enough of the secret is left to be worth something. */
function leaks(secret: string, text: string): boolean {
  return secret.split('\n').some((line) => {
    for (let at = 0; at + 12 <= line.length; at += 6) if (text.includes(line.slice(at, at + 12))) return true;
    return text.includes(line) && line !== '';
  });
}

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !['.git', '.cache', '.vite', '.vite-temp'].includes(entry.name))
      yield* sourceFiles(path);
    else if (
      entry.isFile() &&
      /\.(js|ts|json)$/.test(entry.name) &&
      !/^\.?package-lock\.json$/.test(entry.name)
    )
      yield path;
  }
}

async function measureAlarms(): Promise<boolean> {
  let [files, alarms, bytes, slowest] = [0, 0, 0, 0];
  const started = performance.now();
  for (const path of sourceFiles(root)) {
    if (statSync(path).size > 2_000_000) continue;
    const text = readFileSync(path, 'utf8');
    files++;
    bytes += text.length;
    const before = performance.now();
    const { found } = new Redactions().redact(text, await scanner.find(text));
    slowest = Math.max(slowest, (performance.now() - before) / Math.max(200_000, text.length));
    alarms += found.length;
    const lines = text.split('\n');
    for (const { kind, line } of found)
      console.log(`  ${relative(root, path)}:${line} ${kind}: ${lines[line - 1]!.trim().slice(0, 160)}`);
  }
  const rate = (1000 * alarms) / files;
  const ms = performance.now() - started;
  console.log(
    `${alarms} alarms in ${files} files (${(bytes / 1e6).toFixed(0)} MB): ${rate.toFixed(1)} per 1,000; ${((ms * 200_000) / bytes).toFixed(1)} ms per 200 kB, at most ${(slowest * 200_000).toFixed(0)} ms`,
  );
  return rate <= mostAlarmsPerThousand;
}

await scan('');
const sound = [await measureRecall(), await measureAlarms()];
if (sound.includes(false)) process.exitCode = 1;
