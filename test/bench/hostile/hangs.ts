/** Hangs: every file that is opened, every server that is asked and every client that speaks, without an end. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Attack, firstOf, shown, staged, type Verdict } from './attack.ts';
import { Peer } from './client.ts';
import { type Exchange, event, responseObject } from './provider.ts';
import { commitAll, put, type Stage, type World, wallMs } from './stage.ts';

export function hangs(stage: Stage): Attack[] {
  return [...specialFiles(stage), ...servers(stage), ...clients(stage), ...sizes(stage)];
}

type Bait = (path: string) => void;

const baits: Record<string, Bait> = {
  fifo: (path) => execFileSync('mkfifo', [path]),
  zero: (path) => symlinkSync('/dev/zero', path),
  random: (path) => symlinkSync('/dev/urandom', path),
  'link-to-fifo': (path) => {
    execFileSync('mkfifo', [`${path}.pipe`]);
    symlinkSync(`${path}.pipe`, path);
  },
  'two-gigabytes': (path) => {
    writeFileSync(path, '');
    execFileSync('truncate', ['-s', '2G', path]);
  },
  folder: (path) => mkdirSync(path),
};

/** A file that orch or git opens by itself, and the commands that do. */
const opened: [string, string[]][] = [
  ['.env', ['route', 'docs', 'serve', 'doctor', 'report']],
  ['.orch/policies.json', ['route', 'serve', 'doctor']],
  ['.orch/models.json', ['docs', 'serve']],
  ['.orch/catalog.json', ['route', 'report']],
  ['.orch', ['route']],
  ['.gitignore', ['docs', 'serve']],
  ['sub/.gitignore', ['docs']],
  ['.gitattributes', ['docs', 'apply']],
  ['.git', ['docs', 'apply']],
  ['.git/config', ['docs', 'apply', 'diff']],
  ['.git/HEAD', ['docs', 'apply']],
  ['.git/index', ['docs', 'apply']],
  ['.git/commondir', ['docs']],
  ['.git/info/exclude', ['docs']],
  ['.git/info/attributes', ['docs']],
  ['.git/objects/info/alternates', ['docs']],
  ['.git/packed-refs', ['docs']],
  ['.git/shallow', ['changes', 'range']],
  ['.git/info/grafts', ['changes', 'range']],
  ['.git/info/sparse-checkout', ['changes']],
  ['.git/refs/heads/main', ['changes', 'range', 'output']],
  ['.git/refs/replace/0000000000000000000000000000000000000001', ['range']],
  ['.git/logs/HEAD', ['reflog']],
  ['.git/ORIG_HEAD', ['original']],
  ['.git/objects/info/commit-graph', ['changes', 'range']],
  ['.git/objects/info/commit-graphs/commit-graph-chain', ['range']],
  ['.git/objects/pack/multi-pack-index', ['changes', 'range']],
  ['.git/objects/pack/pack-0000000000000000000000000000000000000001.idx', ['changes']],
  ['.git/index', ['changes', 'staged', 'range']],
  ['.git/HEAD', ['changes', 'staged', 'range']],
  ['.git/config', ['changes', 'staged', 'range']],
  ['.git/packed-refs', ['changes', 'range']],
  ['.git/objects/info/alternates', ['changes', 'range']],
  ['.git/info/attributes', ['changes']],
  ['.gitattributes', ['changes']],
  ['.gitignore', ['changes']],
  ['sub/.gitignore', ['changes']],
  ['sub/.gitattributes', ['changes']],
  ['AGENTS.md', ['rules', 'rules-serve']],
  ['a.txt', ['docs', 'apply', 'diff', 'changes', 'staged', 'range']],
  ['package.json', ['tests', 'docs']],
];

const commands: Record<string, (world: World) => Promise<Verdict>> = {
  route: (world) => judged(world, ['route', '--explain', 'docs', 'x']),
  docs: (world) => judged(world, ['docs', 'x', '-f', '**/*']),
  tests: (world) => judged(world, ['tests', 'x', '-f', 'sub/*.js', '-o', 't.js']),
  doctor: (world) => judged(world, ['doctor', '--timeout', '3']),
  report: (world) => judged(world, ['usage', 'report']),
  changes: (world) => judged(world, ['docs', 'x', '--changes']),
  staged: (world) => judged(world, ['docs', 'x', '--staged']),
  range: (world) => judged(world, ['docs', 'x', '--range', 'main...HEAD']),
  reflog: (world) => judged(world, ['docs', 'x', '--range', 'HEAD@{1}..HEAD']),
  original: (world) => judged(world, ['docs', 'x', '--range', 'ORIG_HEAD..HEAD']),
  output: (world) => judged(world, ['docs', 'x', '-o', 'a.txt']),
  rules: (world) => judged(world, ['docs', 'x']),
  'rules-serve': (world) => commands.serve!(world),
  diff: (world) => judged(world, ['diff', '--from', '-', '-f', '*.txt', '--check'], answer),
  apply: (world) => judged(world, ['patch', 'apply', '--from', '-'], patch),
  serve: async (world) => {
    const peer = new Peer(world, {});
    try {
      await peer.greet();
      const answered = await peer.request('tools/call', {
        name: 'route.explain',
        arguments: { task: 'docs', input: 'x', files: ['**/*'] },
      });
      return answered.hung ? 'the server does not answer' : tooLarge(peer);
    } finally {
      peer.kill();
    }
  },
};

const answer = 'a.txt\n<<<<<<< SEARCH\none\n=======\ntwo\n>>>>>>> REPLACE\n';
const patch = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-one\n+two\n';

const commandsOfHistory = new Set(['changes', 'staged', 'range', 'reflog', 'original', 'output']);

async function judged(world: World, args: string[], stdin?: string): Promise<Verdict> {
  return world.judge(await world.run(args, { stdin }));
}

function tooLarge({ child }: Peer): Verdict {
  if (process.platform !== 'linux') return undefined;
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))?.[1];
    return Number(peak) > 600 * 1024 ? `the server took ${Math.round(Number(peak) / 1024)} MB` : undefined;
  } catch {
    return 'the server ended';
  }
}

function specialFiles(stage: Stage): Attack[] {
  const kinds = Object.keys(baits);
  const byItself = opened.flatMap(([file, by], at) =>
    by.flatMap((command, position) =>
      // FIFO and /dev/zero everywhere, the others in turn.
      ['fifo', 'zero', kinds[2 + ((at + position) % 4)]!].map((kind) => ({
        id: `hangs/file/${file}/${kind}/${command}`,
        tries: `${file} is a ${kind}: ${command}`,
        async run() {
          const world = stage.world({
            files: { 'a.txt': 'one\n', 'sub/b.js': 'x\n', 'b.txt': 'x\n' },
            policies: { rules: ['AGENTS.md'] },
          });
          // What the history is asked for must be there, or git looks no further.
          if (commandsOfHistory.has(command)) {
            commitAll(world.work);
            put(world.work, { 'a.txt': 'two\n', 'c.txt': 'new\n' });
          }
          const path = join(world.work, file);
          mkdirSync(dirname(path), { recursive: true });
          rmSync(path, { recursive: true, force: true });
          baits[kind]!(path);
          return commands[command]!(world);
        },
      })),
    ),
  );
  const named: [string, string[], string | undefined][] = [
    ['file', ['docs', 'x', '-f', 'X'], undefined],
    ['file-range', ['docs', 'x', '-f', 'X:1-2'], undefined],
    ['from-patch', ['patch', 'apply', '--from', 'X'], undefined],
    ['from-answer', ['diff', '--from', 'X', '-f', 'a.txt'], undefined],
    ['output', ['docs', 'x', '-o', 'X'], undefined],
    ['output-tests', ['tests', 'x', '-o', 'X', '--verify', 'true'], undefined],
    ['output-report', ['usage', 'report', '-o', 'X'], undefined],
    ['report-file', ['usage', 'report', 'X'], undefined],
    ['ledger', ['docs', 'x'], 'ORCH_USAGE_CSV'],
    ['log', ['docs', 'x'], 'ORCH_LOG_FILE'],
  ];
  const asked = named.flatMap(([name, args, variable]) =>
    // Someone who names a FIFO to be read waits for it on purpose, as with process substitution.
    (['from-patch', 'from-answer', 'report-file'].includes(name) ? ['zero'] : ['fifo', 'zero']).map(
      (kind) => ({
        id: `hangs/named/${name}/${kind}`,
        tries: `${name} leads to a ${kind} of the repository`,
        async run() {
          const world = stage.world({ files: { 'a.txt': 'one\n' } });
          const path = join(world.work, 'X');
          baits[kind]!(path);
          const env = variable ? { [variable]: path, ORCH_LOG_LEVEL: 'debug' } : {};
          return world.judge(await world.run(args, { env }));
        },
      }),
    ),
  );
  const open: Attack[] = ['docs', 'route', 'patch'].map((command) => ({
    id: `hangs/stdin/${command}`,
    tries: `standard input is a pipe that nobody writes to or closes: ${command} waits without a word`,
    async run() {
      const world = stage.world({ files: { 'a.txt': 'one\n' } });
      const args = {
        docs: ['docs', 'x', '--no-stdin'],
        route: ['route', 'docs', 'x', '--no-stdin'],
        patch: ['patch', 'apply', 'nothing'],
      }[command]!;
      return world.judge(await world.run(args, { stdinOpen: true }));
    },
  }));
  return [...byItself, ...asked, ...open];
}

/** Writes for ever, as fast as it is read. */
function endless({ response }: Exchange, piece: string | Buffer): void {
  const go = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', go);
  go();
}

const streamHead = { 'content-type': 'text/event-stream' };
const delta = (text: string) =>
  event('response.output_text.delta', {
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: text,
    logprobs: [],
  });

const badServers: [string, (exchange: Exchange) => void][] = [
  ['silent', () => {}],
  ['headers-then-silent', ({ response }) => response.writeHead(200, streamHead).flushHeaders()],
  [
    'endless-deltas',
    (exchange) => {
      exchange.response.writeHead(200, streamHead);
      endless(exchange, delta('x'.repeat(60_000)));
    },
  ],
  [
    'endless-small-deltas',
    (exchange) => {
      exchange.response.writeHead(200, streamHead);
      endless(exchange, delta('ab').repeat(200));
    },
  ],
  [
    'endless-line',
    (exchange) => {
      exchange.response.writeHead(200, streamHead);
      exchange.response.write('data: {"x":"');
      endless(exchange, 'x'.repeat(65_536));
    },
  ],
  [
    'endless-comments',
    (exchange) => {
      exchange.response.writeHead(200, streamHead);
      endless(exchange, ': keep-alive\n\n'.repeat(1000));
    },
  ],
  [
    'endless-unknown-events',
    (exchange) => {
      exchange.response.writeHead(200, streamHead);
      endless(exchange, event('response.future', { a: 'b' }).repeat(500));
    },
  ],
  [
    'endless-reasoning',
    (exchange) => {
      exchange.response.writeHead(200, streamHead);
      endless(exchange, event('response.reasoning_summary_text.delta', { delta: 'hmm' }).repeat(500));
    },
  ],
  [
    'endless-json',
    (exchange) => {
      exchange.response.writeHead(200, { 'content-type': 'application/json' });
      exchange.response.write('{"a":"');
      endless(exchange, 'x'.repeat(65_536));
    },
  ],
  [
    'endless-spaces',
    (exchange) => {
      exchange.response.writeHead(200, { 'content-type': 'application/json' });
      endless(exchange, ' '.repeat(65_536));
    },
  ],
  [
    'endless-error',
    (exchange) => {
      exchange.response.writeHead(500, { 'content-type': 'application/json' });
      exchange.response.write('{"error":{"message":"');
      endless(exchange, 'x'.repeat(65_536));
    },
  ],
  [
    'endless-html',
    (exchange) => {
      exchange.response.writeHead(502, { 'content-type': 'text/html' });
      endless(exchange, '<p>x</p>'.repeat(8000));
    },
  ],
  [
    'huge-error',
    ({ response }) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'x'.repeat(50_000_000) } }));
    },
  ],
  [
    'redirect-to-itself',
    ({ asked, response }) => {
      response.writeHead(307, { location: asked.path });
      response.end();
    },
  ],
  [
    'redirect-on-and-on',
    ({ asked, response }) => {
      response.writeHead(307, { location: `${asked.path}x` });
      response.end();
    },
  ],
  [
    'retry-after-a-year',
    ({ response }) => {
      response.writeHead(429, { 'retry-after': '31536000', 'content-type': 'application/json' });
      response.end('{"error":{"message":"slow"}}');
    },
  ],
  [
    'retry-after-nonsense',
    ({ response }) => {
      response.writeHead(503, {
        'retry-after': '1e308',
        'retry-after-ms': '1e308',
        'content-type': 'application/json',
      });
      response.end('{}');
    },
  ],
  [
    'gzip-bomb',
    ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(bomb());
    },
  ],
  [
    'gzip-bomb-stream',
    ({ response }) => {
      response.writeHead(200, { ...streamHead, 'content-encoding': 'gzip' });
      response.end(bomb());
    },
  ],
  [
    'deep-json',
    ({ response }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('['.repeat(5_000_000));
    },
  ],
  [
    'deep-event',
    ({ response }) => {
      response.writeHead(200, streamHead);
      response.end(`data: ${'{"a":'.repeat(1_000_000)}\n\n`);
    },
  ],
  [
    'completed-but-open',
    ({ asked, response }) => {
      response.writeHead(200, streamHead);
      response.write(event('response.completed', { response: responseObject(asked.body, 'done') }));
    },
  ],
  [
    'drip',
    ({ response }) => {
      response.writeHead(200, streamHead);
      const drip = setInterval(() => (response.destroyed ? clearInterval(drip) : response.write(':')), 300);
      drip.unref();
    },
  ],
  [
    'drip-deltas',
    ({ response }) => {
      response.writeHead(200, streamHead);
      const drip = setInterval(
        () => (response.destroyed ? clearInterval(drip) : response.write(delta('x'))),
        300,
      );
      drip.unref();
    },
  ],
  [
    'many-small-headers',
    ({ response }) => {
      for (let at = 0; at < 500; at++) response.setHeader(`x-${at}`, 'y'.repeat(20));
      response.writeHead(200);
      response.end('{}');
    },
  ],
  ['large-answer', ({ say }) => say('word '.repeat(1_000_000))],
  ['answer-beyond-cap', ({ say }) => say('x\n'.repeat(3_000_000))],
  [
    'usage-absurd',
    ({ say }) => say('fine', { usage: { input_tokens: 1e308, output_tokens: -5, total_tokens: Number.NaN } }),
  ],
  [
    'usage-strings',
    ({ say }) => say('fine', { usage: { input_tokens: 'many', output_tokens: {}, total_tokens: [] } }),
  ],
  ['output-not-a-list', ({ say }) => say('fine', { output: { length: 1e9 } })],
  [
    'output-huge-list',
    ({ say }) =>
      say('', { output: Array.from({ length: 200_000 }, () => ({ type: 'message', content: [] })) }),
  ],
];

let madeBomb: Buffer | undefined;
function bomb(): Buffer {
  madeBomb ??= gzipSync(Buffer.alloc(400_000_000, 0x20), { level: 9 });
  return madeBomb;
}

function servers(stage: Stage): Attack[] {
  return badServers.map(([name, act]) => ({
    id: `hangs/server/${name}`,
    tries: `a server: ${name.replaceAll('-', ' ')}`,
    async run() {
      const world = stage.world({
        policies: { retry: { maxRetries: 1, baseMs: 10, maxMs: 20 } },
        files: { 'a.txt': 'one\n' },
      });
      world.answer(async (exchange) => act(exchange));
      const ran = await world.run(['docs', 'x', '-f', 'a.txt', '-m', 'chat', '--timeout', '5'], {
        limitMs: 18_000,
      });
      staged(world.asked.length > 0, `nothing was asked: ${ran.stderr}`);
      const many = world.asked.length > 60 ? `${world.asked.length} requests for one call` : undefined;
      return firstOf(
        world.judge(ran),
        many,
        ran.stderr.length > 100_000 ? `${ran.stderr.length} characters on stderr` : undefined,
      );
    },
  }));
}

/** A client that does not keep to the protocol; the server must still answer it or end. */
function clients(stage: Stage): Attack[] {
  const cases: [string, (peer: Peer) => void][] = [
    ['line-without-end', (peer) => peer.write('x'.repeat(80_000_000))],
    ['deep-json', (peer) => peer.write(`${'['.repeat(3_000_000)}\n`)],
    [
      'deep-arguments',
      (peer) =>
        peer.write(
          `{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"name":"delegate.docs","arguments":{"input":${'['.repeat(200_000)}${']'.repeat(200_000)}}}}\n`,
        ),
    ],
    ['not-utf-8', (peer) => peer.write(Buffer.from([0xff, 0xfe, 0x0a, 0x80, 0x0a]))],
    [
      'many-requests',
      (peer) => {
        for (let at = 0; at < 5000; at++) peer.send({ id: 1000 + at, method: 'ping' });
      },
    ],
    [
      'many-calls',
      (peer) => {
        for (let at = 0; at < 300; at++)
          peer.send({
            id: 1000 + at,
            method: 'tools/call',
            params: { name: 'route.explain', arguments: { task: 'docs', input: 'x' } },
          });
      },
    ],
    [
      'huge-input',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: { name: 'route.explain', arguments: { task: 'docs', input: 'word '.repeat(4_000_000) } },
        }),
    ],
    [
      'many-files',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: {
            name: 'route.explain',
            arguments: {
              task: 'docs',
              input: 'x',
              files: Array.from({ length: 100_000 }, (_, at) => `f${at}`),
            },
          },
        }),
    ],
    [
      'many-globs',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: {
            name: 'route.explain',
            arguments: { task: 'docs', input: 'x', files: Array.from({ length: 2000 }, () => '**/*') },
          },
        }),
    ],
    [
      'brace-bomb',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: {
            name: 'route.explain',
            arguments: { task: 'docs', input: 'x', files: ['{a,b}'.repeat(30)] },
          },
        }),
    ],
    [
      'range-bomb',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: {
            name: 'route.explain',
            arguments: { task: 'docs', input: 'x', files: ['{1..100000000}.txt'] },
          },
        }),
    ],
    [
      'regex-glob',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: {
            name: 'route.explain',
            arguments: {
              task: 'docs',
              input: 'x',
              files: ['+(a|aa|a*)+(a|aa|a*)+(a|aa|a*)+(a|aa)b', '*a*a*a*a*a*a*a*a*a*a*a*a*b'],
            },
          },
        }),
    ],
    [
      'long-path',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: {
            name: 'route.explain',
            arguments: { task: 'docs', input: 'x', files: ['d/'.repeat(500_000)] },
          },
        }),
    ],
    [
      'guess-of-a-megabyte',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: {
            name: 'route.explain',
            arguments: {
              task: 'd'.repeat(1_000_000),
              input: 'x',
              forceModel: 'm'.repeat(1_000_000),
              ['f'.repeat(1_000_000)]: 1,
            },
          },
        }),
    ],
    [
      'file-of-a-megabyte',
      (peer) =>
        peer.send({
          id: 99,
          method: 'tools/call',
          params: {
            name: 'route.explain',
            arguments: { task: 'docs', input: 'x', files: ['a'.repeat(1_000_000)] },
          },
        }),
    ],
    [
      'cancel-unknown',
      (peer) => {
        for (let at = 0; at < 1000; at++)
          peer.send({ method: 'notifications/cancelled', params: { requestId: at } });
      },
    ],
    [
      'answers-to-nothing',
      (peer) => {
        for (let at = 0; at < 1000; at++) peer.send({ id: at, result: {} });
      },
    ],
    [
      'proto-arguments',
      (peer) =>
        peer.write(
          '{"jsonrpc":"2.0","id":99,"method":"tools/call","params":{"name":"route.explain","arguments":{"__proto__":{"maxCostUsd":1},"constructor":1,"task":"docs","input":"x"}}}\n',
        ),
    ],
  ];
  return cases.map(([name, act]) => ({
    id: `hangs/client/${name}`,
    tries: `a client of the server: ${name.replaceAll('-', ' ')}`,
    async run() {
      const world = stage.world({
        files: { [`${'a'.repeat(60)}.txt`]: 'x\n', 'b.txt': 'x\n', 'docs/c.txt': 'x\n' },
      });
      const peer = new Peer(world, {});
      try {
        await peer.greet();
        act(peer);
        if (name === 'line-without-end') peer.write('\n');
        const pong = await peer.request('ping', {}, wallMs);
        const verdict = firstOf(
          pong.hung ? 'the server does not answer any more' : undefined,
          tooLarge(peer),
          peer.noise.length > 0 ? `it wrote ${shown(peer.noise[0]!)}` : undefined,
        );
        if (verdict) return verdict;
        return (await peer.end(wallMs)) ? undefined : 'it does not end with its client';
      } finally {
        peer.kill();
      }
    },
  }));
}

/** Trees and names that are large or odd. */
function sizes(stage: Stage): Attack[] {
  const cases: [string, (world: World) => void, string[]][] = [
    [
      'many-files',
      ({ work }) => {
        for (let at = 0; at < 12_000; at++) writeFileSync(join(work, `f${at}.txt`), 'x');
      },
      ['docs', 'x', '-f', '**/*'],
    ],
    [
      'deep-folders',
      ({ work }) =>
        execFileSync(
          'sh',
          [
            '-c',
            'i=0; while [ $i -lt 900 ]; do mkdir d && cd d || exit 0; i=$((i+1)); done; echo x > end.txt',
          ],
          { cwd: work },
        ),
      ['docs', 'x', '-f', '**/*'],
    ],
    [
      'link-loops',
      ({ work }) => {
        for (const name of ['a', 'b', 'c', 'd', 'e']) symlinkSync('.', join(work, name));
        writeFileSync(join(work, 'x.txt'), 'x\n');
      },
      ['docs', 'x', '-f', '**/*.txt'],
    ],
    [
      'link-to-slash',
      ({ work }) => {
        symlinkSync('/', join(work, 'all'));
        writeFileSync(join(work, 'x.txt'), 'x\n');
      },
      ['docs', 'x', '-f', '**/*.txt'],
    ],
    [
      'direct-link-to-slash',
      ({ work }) => symlinkSync('/', join(work, 'all')),
      ['docs', 'x', '-f', 'all/**/*.conf'],
    ],
    ['slash-glob', () => {}, ['docs', 'x', '-f', '/**/*']],
    ['up-glob', () => {}, ['docs', 'x', '-f', '../../../../../../**/*.so']],
    [
      'one-long-line',
      ({ work }) => writeFileSync(join(work, 'l.txt'), 'a'.repeat(20_000_000)),
      ['docs', 'x', '-f', 'l.txt'],
    ],
    [
      '31-megabytes',
      ({ work }) => writeFileSync(join(work, 'l.txt'), 'some words\n'.repeat(2_800_000)),
      ['docs', 'x', '-f', 'l.txt'],
    ],
    [
      'sparse-terabyte',
      ({ work }) => execFileSync('truncate', ['-s', '1T', 'l.txt'], { cwd: work }),
      ['docs', 'x', '-f', 'l.txt'],
    ],
    ['long-name', () => {}, ['docs', 'x', '-f', 'n'.repeat(5000)]],
    ['long-output-name', () => {}, ['docs', 'x', '-o', 'n'.repeat(5000)]],
    ['long-folder', () => {}, ['docs', 'x', '-o', `${'d/'.repeat(3000)}x`]],
    ['long-from', () => {}, ['patch', 'apply', '--from', 'n'.repeat(5000)]],
    ['long-id', () => {}, ['patch', 'apply', 'n'.repeat(100_000)]],
    ['guess-long-command', () => {}, ['x'.repeat(100_000)]],
    ['guess-long-option', () => {}, ['docs', `--${'x'.repeat(100_000)}`]],
    ['guess-long-model', () => {}, ['route', 'docs', 'x', '-m', 'x'.repeat(100_000)]],
    ['guess-long-task', () => {}, ['run', 'x'.repeat(100_000), 'x']],
    [
      'gitignore-of-a-megabyte',
      ({ work }) => {
        writeFileSync(join(work, '.gitignore'), '**/a*b*c*d*e*f/**\n'.repeat(55_000));
        writeFileSync(join(work, `${'a'.repeat(200)}`), 'x');
      },
      ['docs', 'x', '-f', '*'],
    ],
    [
      'ledger-of-50-mb',
      ({ state }) => {
        mkdirSync(state, { recursive: true });
        writeFileSync(join(state, 'usage.csv'), `ts,run_id\n${'x'.repeat(50_000_000)}\n`);
      },
      ['usage', 'report'],
    ],
  ];
  return cases.map(([name, make, args]) => ({
    id: `hangs/size/${name}`,
    tries: name.replaceAll('-', ' '),
    async run() {
      const world = stage.world({});
      make(world);
      return world.judge(await world.run(args));
    },
  }));
}
