/**
 * Start-up as ratios to `node -e 0` in the same run, pair by pair, so that the machine's mood cancels out.
 * Prints medians; exits with 1 when a ratio is above its bar.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const orch = fileURLToPath(new URL('../bin/orch.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 25);
const home = mkdtempSync(join(tmpdir(), 'orch-bench-'));
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ORCH_|OPENAI_|XDG_)/.test(name))),
  HOME: home,
};

const initialize = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '0' } },
})}\n`;

/** Milliseconds from spawn to exit, or to the first line on stdout where `input` asks for one. */
function time(args, input) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, {
      cwd: home,
      env,
      stdio: [input ? 'pipe' : 'ignore', 'pipe', 'ignore'],
    });
    let answeredAt;
    child.stdout.on('data', (chunk) => {
      if (input && answeredAt === undefined && chunk.includes(10)) {
        answeredAt = performance.now();
        child.stdin.end();
      }
    });
    if (input) child.stdin.write(input);
    child.on('error', reject);
    child.on('exit', (status) => {
      if (status !== 0) reject(new Error(`${args.join(' ')} ended with ${status}`));
      else resolve((answeredAt ?? performance.now()) - started);
    });
  });
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const cases = [
  { name: 'orch --version', args: [orch, '--version'], bar: 1.35 },
  { name: 'orch route --explain refactor', args: [orch, 'route', '--explain', 'refactor'], bar: 1.9 },
  { name: 'serve: spawn to initialize', args: [orch, 'serve', '--stdio'], input: initialize, bar: 2.2 },
];

try {
  let missed = 0;
  console.log(`medians of ${rounds} pairs, each beside \`node -e 0\`\n`);
  for (const { name, args, input, bar } of cases) {
    await time(args, input);
    const ratios = [];
    const own = [];
    const bare = [];
    for (let round = 0; round < rounds; round++) {
      const base = await time(['-e', '0']);
      const mine = await time(args, input);
      bare.push(base);
      own.push(mine);
      ratios.push(mine / base);
    }
    const ratio = median(ratios);
    const verdict = ratio <= bar ? 'ok' : 'ABOVE';
    if (ratio > bar) missed++;
    console.log(
      `${name.padEnd(32)} ${ratio.toFixed(2)} x  (bar ${bar.toFixed(2)}) ${verdict.padEnd(6)} ${median(own).toFixed(0)} ms beside ${median(bare).toFixed(0)} ms`,
    );
  }
  process.exitCode = missed === 0 ? 0 : 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}
