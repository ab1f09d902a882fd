/** Searches: in what a stranger's files, names and history hold, in damaged caches, beside servers that lie or hang. */
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once as onceEvent } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Attack, firstOf, shown, staged, type Verdict } from './attack.ts';
import { swapper } from './races.ts';
import type { Ran, Stage, World } from './stage.ts';

export function search(stage: Stage): Attack[] {
  return [
    ...slowLines(stage),
    ...histories(stage),
    ...caches(stage),
    ...places(stage),
    ...memories(stage),
    ...lies(stage),
  ];
}

const code = 'export function alphaRetry() {}\n';
const token = `ghp_${'0123456789abcdefABCDEF0123456789abcd'}`;

/** It found the code, and did nothing that is never right. */
function found(world: World, ran: Ran): Verdict {
  return firstOf(
    world.judge(ran),
    ran.stdout.includes('code.ts:1-1') ? undefined : `found nothing: ${shown(ran.stderr || ran.stdout)}`,
  );
}

/** Repeated to a line, they were once read in more ways than there is time for. */
const parts = ['a*', 'a&&&&', 'a* ', 'a::', 'template <', 'impl<', 'public ', '{ ', '\u0301\u0316'];

function slowLines(stage: Stage): Attack[] {
  return ['c', 'cpp', 'm', 'java', 'rs', 'ts', 'kt', 'dart', 'sql'].map((ending) => ({
    id: `search/line/${ending}`,
    tries: `a .${ending} file of lines in which the names that it defines are hard to find`,
    async run() {
      const lines = parts.map((part) => `${part.repeat(390 / part.length)}\n`.repeat(100));
      const world = stage.world({ files: { 'code.ts': code, [`slow.${ending}`]: lines.join('') } });
      return found(world, await world.run(['search', 'alphaRetry']));
    },
  }));
}

/** As `git fast-import` reads them: first line and files of each. */
const historyTable: [string, number, (at: number) => [string, number]][] = [
  ['many-files', 2600, () => ['alpha retry', 50]],
  ['long-first-line', 1, () => ['alpha fooBar_baz '.repeat(2_000_000), 1]],
  ['huge-commits', 3, () => ['alpha', 20_000]],
];

function histories(stage: Stage): Attack[] {
  return historyTable.map(([name, commits, make]) => ({
    id: `search/history/${name}`,
    tries: `past commits: ${name.replaceAll('-', ' ')}`,
    async run() {
      const world = stage.world({ files: { 'code.ts': code } });
      const stream = Array.from({ length: commits }, (_, at) => {
        const [subject, files] = make(at);
        const changed = Array.from(
          { length: files },
          (_file, file) => `M 100644 :1 vendor/${at >> 6}/${at}/${file}.ts\n`,
        );
        return `commit refs/heads/main\ncommitter t <t@l> ${1_700_000_000 + at} +0000\ndata ${subject.length}\n${subject}\n${changed.join('')}`;
      });
      // Not at once: the others' time would be up meanwhile.
      const importing = spawn('git', ['fast-import', '--quiet'], {
        cwd: world.work,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      importing.stdin.end(`blob\nmark :1\ndata 0\n${stream.join('')}`);
      const [status] = await onceEvent(importing, 'close');
      staged(status === 0, 'the history was not imported');
      const first = await world.run(['search', 'alphaRetry'], { limitMs: 60_000 });
      const again = await world.run(['search', 'alphaRetry'], { limitMs: 60_000 });
      return firstOf(
        found(world, first),
        found(world, again),
        again.cpuMs > 5000 ? `CPU ${again.cpuMs} ms` : undefined,
      );
    },
  }));
}

function caches(stage: Stage): Attack[] {
  return ['null', '{}', '[1]', '[{"subject":1,"paths":[]}]', '[{"subject":"a"}]'].map((kept) => ({
    id: `search/cache/${kept}`,
    tries: `${kept} where past commits are kept`,
    async run() {
      const world = stage.world({ files: { 'code.ts': code }, commit: true });
      const cache = join(world.top, 'cache');
      const run = () => world.run(['search', 'alphaRetry'], { env: { XDG_CACHE_HOME: cache } });
      await run();
      const index = join(cache, 'orch/index');
      const [folder] = readdirSync(index);
      staged(folder, 'nothing is kept');
      const head = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: world.work, encoding: 'utf8' });
      writeFileSync(join(index, folder, 'history'), `${head}${kept}`);
      return found(world, await run());
    },
  }));
}

function places(stage: Stage): Attack[] {
  const secret: Attack = {
    id: 'search/secret/symbol',
    tries: 'a token in a heading, which names the block',
    async run() {
      const world = stage.world({ files: { 'a.md': `# ${token} alpha\n\ntext\n` } });
      const runs = [
        await world.run(['search', 'alpha', '--show']),
        await world.run(['search', 'alpha', '--json']),
      ];
      const printed = runs.some(({ stdout, stderr }) => `${stdout}${stderr}`.includes(token));
      return firstOf(world.judge(...runs), printed ? 'it was printed' : undefined);
    },
  };
  const swap: Attack = {
    id: 'search/swap/folder',
    tries: 'a folder becomes a link to outside and back during a search',
    async run() {
      const files = Object.fromEntries(
        Array.from({ length: 200 }, (_, at) => [`lib/f${at}.ts`, `const inside = 'alpha ${at}';\n`]),
      );
      const outside = Object.fromEntries(
        Object.keys(files).map((name) => [name.slice(4), "const outsider = 'alpha';\n"]),
      );
      const world = stage.world({ files, outside });
      const child = await swapper(world, 'lib', '../outside');
      const runs: Ran[] = [];
      try {
        for (let round = 0; round < 12; round++)
          runs.push(await world.run(['search', 'alpha outsider', '--json', '-n', '200']));
      } finally {
        child.kill('SIGKILL');
      }
      return firstOf(world.judge(...runs), world.whereIs('outsider =', runs));
    },
  };
  return [secret, swap];
}

/** A memory server: what it does beside its answer, as JavaScript. */
const memoryTable: [string, string, string][] = [
  [
    'outlived',
    'spawn("sleep", ["60"], { stdio: ["ignore", "inherit", "inherit"], detached: true }).unref();',
    '',
  ],
  [
    'pattern',
    '',
    'outputSchema: { type: "object", properties: { a: { type: "string", pattern: "^(a+)+$" } } }',
  ],
  ['escapes', 'text = "\\u001b]0;x\\u0007\\u202e";', ''],
];

function memories(stage: Stage): Attack[] {
  return memoryTable.map(([name, does, more]) => ({
    id: `search/memory/${name}`,
    tries: `a memory server: ${name}`,
    async run() {
      const script = `
        const { spawn } = require('node:child_process');
        let text = 'remembered';
        ${does}
        const tool = { name: 'find', inputSchema: { type: 'object', properties: { query: { type: 'string' } } }, ${more} };
        const results = {
          initialize: { protocolVersion: '2025-03-26', capabilities: { tools: {} }, serverInfo: { name: 'm', version: '1' } },
          'tools/list': { tools: [tool] },
          'tools/call': { content: [{ type: 'text', text }], structuredContent: { a: 'a'.repeat(60) + '!' } },
        };
        require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
          const { id, method } = JSON.parse(line);
          if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] }));
        });`;
      const memory = { command: process.execPath, args: ['-e', script], tool: 'find' };
      const world = stage.world({ files: { 'code.ts': code }, policies: { retrieval: { memory } } });
      const ran = await world.run(['search', 'alphaRetry', '--memory']);
      return firstOf(
        found(world, ran),
        ran.stdout.includes('memory') ? undefined : `no memory: ${shown(ran.stderr)}`,
        /[\u001b\u0007\u202e]/.test(ran.stdout) ? 'escapes were printed' : undefined,
      );
    },
  }));
}

/** What is sent to a Qdrant server and for vectors, by a folder with a key that is longer than a block. */
function lies(stage: Stage): Attack[] {
  return [
    {
      id: 'search/secret/vectors',
      tries: 'a private key that lies in several blocks, and a token in a heading, with Qdrant and vectors',
      async run() {
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 4096 });
        const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
        const sent: string[] = [];
        const server = createServer(async (request, response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of request) chunks.push(chunk);
          const text = Buffer.concat(chunks).toString();
          sent.push(text);
          const { input = [], dimensions = 1 } = text === '' ? {} : JSON.parse(text);
          const params = {
            vectors: { 'text-embedding-3-small': { size: 512, distance: 'Cosine' } },
            sparse_vectors: { bm25: { modifier: 'idf' } },
          };
          const data = input.map((_: string, index: number) => ({
            index,
            embedding: Array(dimensions).fill(0.1),
          }));
          const result = { config: { params }, payload_schema: { file: {} }, hits: [], points: [] };
          response.setHeader('content-type', 'application/json');
          response.end(JSON.stringify({ version: '1.19.0', status: 'ok', result, data }));
        });
        server.listen(0, '127.0.0.1');
        await onceEvent(server, 'listening');
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const files = { 'key.ts': `const key = \`\n${key}\`;\n`, 'a.md': `# ${token} alpha\n` };
        const world = stage.world({ files, policies: { retrieval: { embeddings: {} } } });
        const ran = await world.run(['search', 'alpha'], {
          env: { ORCH_QDRANT_URL: url, OPENAI_BASE_URL: `${url}/v1` },
        });
        server.close();
        server.closeAllConnections();
        staged(
          sent.some((text) => text.includes('"input"')),
          `nothing was embedded: ${ran.stderr}`,
        );
        const leaked = [token, ...key.split('\n').filter((line) => line.length === 64)];
        const seen = leaked.filter((part) => sent.some((text) => text.includes(part)));
        return firstOf(
          world.judge(ran),
          seen.length > 0 ? `${seen.length} parts of secrets were sent` : undefined,
        );
      },
    },
  ];
}
