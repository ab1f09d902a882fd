/**
 * Measures the start-up time of the packed package, installed in an empty folder, from the second start on. Prints the
 * median ratio to `node -e 0`, and for the server to one of the SDK's that is bundled the same way, in pairs from the
 * same round. Exits with 1 if a ratio is above its limit, and with 3 if the times of bare node vary too much to judge.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const rounds = Number(process.argv[2] ?? 25);
/** Interquartile range of bare node's times, as a fraction of their median. */
const mostSpread = 0.2;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'orch-bench-'));
const home = join(folder, 'home');
const orch = join(folder, 'node_modules', 'orch', 'bin', 'orch.js');
const sdk = join(folder, 'sdk.js');
// Without the caller's variables: every start would read Node's options and extra certificates.
const env = { PATH: process.env.PATH, HOME: home, USERPROFILE: home, SystemRoot: process.env.SystemRoot };

const initialize = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '0' } },
})}\n`;

const starts = {
  bare: { name: 'node -e 0', args: ['-e', '0'] },
  version: { name: 'orch --version', args: [orch, '--version'], base: 'bare', bar: 1.2 },
  route: {
    name: 'orch route --explain',
    args: [orch, 'route', '--explain', 'refactor'],
    base: 'bare',
    bar: 2,
  },
  sdk: { name: "the SDK's own server", args: [sdk], input: initialize },
  serve: { name: 'orch serve', args: [orch, 'serve', '--stdio'], input: initialize, base: 'sdk', bar: 1.15 },
};

async function install() {
  mkdirSync(home);
  const npm = (args, cwd) => execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  // npm pack runs the build.
  npm(['pack', '--silent', '--pack-destination', folder], root);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  npm(['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], folder);
  await build({
    stdin: {
      contents: `
        import { Server } from '@modelcontextprotocol/sdk/server/index.js';
        import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
        import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
        const server = new Server({ name: 'sdk', version: '0' }, { capabilities: { tools: {} } });
        server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [] }));
        server.setRequestHandler(CallToolRequestSchema, async () => ({ content: [] }));
        server.connect(new StdioServerTransport());
        process.stdin.on('end', () => process.exit());`,
      resolveDir: root,
    },
    outfile: sdk,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    logLevel: 'error',
  });
}

/** `ms` from spawn to exit, or with input to the first line on stdout; `cpuMs` of the whole process. */
function time({ args, input }, withCpu) {
  const [command, ...rest] = withCpu
    ? ['bash', '-c', 'TIMEFORMAT="%U %S"; time "$@" 2>/dev/null', 'time', process.execPath, ...args]
    : [process.execPath, ...args];
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const stdio = [input ? 'pipe' : 'ignore', 'pipe', withCpu ? 'pipe' : 'ignore'];
    const child = spawn(command, rest, { cwd: home, env, stdio });
    let answeredAt;
    let times = '';
    child.stderr?.on('data', (chunk) => {
      times += chunk;
    });
    child.stdout.on('data', (chunk) => {
      if (!input || answeredAt !== undefined || !chunk.includes(10)) return;
      answeredAt = performance.now();
      child.stdin.end();
    });
    child.stdin?.write(input);
    child.on('error', reject);
    child.on('close', (status) => {
      const ms = (answeredAt ?? performance.now()) - started;
      const cpuMs = times
        .trim()
        .split(' ')
        .reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
      if (status !== 0) reject(new Error(`${args.join(' ')} ended with ${status}`));
      else resolve({ ms, cpuMs });
    });
  });
}

function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at % 1);
}

const median = (values) => quantile(values, 0.5);

/** Times by start, one each per round, so that a disturbance is likely to affect all starts of a round. */
async function measure(withCpu) {
  const times = Object.fromEntries(Object.keys(starts).map((key) => [key, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [key, start] of Object.entries(starts)) {
      const { ms, cpuMs } = await time(start, withCpu);
      times[key].push(withCpu ? cpuMs : ms);
    }
  }
  return times;
}

function hasBash() {
  try {
    execFileSync('bash', ['-c', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

try {
  await install();
  for (const start of Object.values(starts)) await time(start, false);
  const wall = await measure(false);
  const cpu = hasBash() ? await measure(true) : undefined;

  const ratio = (times, key, base) => median(times[key].map((value, round) => value / times[base][round]));
  console.log(`medians of ${rounds} rounds\n`);
  let misses = 0;
  for (const [key, { name, base, bar }] of Object.entries(starts)) {
    const line = [name.padEnd(24), `${median(wall[key]).toFixed(0).padStart(4)} ms`];
    if (cpu) line.push(`${median(cpu[key]).toFixed(0).padStart(4)} ms of CPU time`);
    if (base) {
      const wallRatio = ratio(wall, key, base);
      if (wallRatio > bar) misses++;
      const cpuRatio = cpu ? `, by CPU time ${ratio(cpu, key, base).toFixed(2)}` : '';
      line.push(
        `${wallRatio.toFixed(2)} x ${starts[base].name}${cpuRatio} (limit ${bar.toFixed(2)}) ${wallRatio > bar ? 'ABOVE' : 'ok'}`,
      );
    }
    console.log(line.join('  '));
  }
  const spread = (quantile(wall.bare, 0.75) - quantile(wall.bare, 0.25)) / median(wall.bare);
  console.log(`\nspread of bare node: ${(spread * 100).toFixed(0)} %`);
  if (spread > mostSpread) {
    console.log(`no verdict: the machine is too busy (spread above ${mostSpread * 100} %)`);
    process.exitCode = 3;
  } else process.exitCode = misses === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
