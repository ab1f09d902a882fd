/**
 * What a hostile server can make `orch` hold: `npm run bench:memory [-- WORD…]` runs the built `orch` against servers
 * that send without end or without measure, each in a process of its own. Prints the most memory that was resident, how
 * the command ended and whether the attempt was recorded. Exits with 1 where one held more than 300 MB, hung or was not
 * recorded.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const mostMb = 300;
const mostWaitMs = 120_000;
const megabyte = 1024 * 1024;

type Hostile = (answer: ServerResponse) => void;

const stream = (answer: ServerResponse) => answer.writeHead(200, { 'content-type': 'text/event-stream' });
const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;

/** Sends the piece for as long as somebody reads, with the number of the piece in place of `#`. */
function endlessly(answer: ServerResponse, piece: string | Buffer): void {
  let at = 0;
  const send = () => {
    while (!answer.destroyed && !answer.writableEnded) {
      const next = typeof piece === 'string' ? piece.replaceAll('#', () => String(at++)) : piece;
      if (!answer.write(next)) break;
    }
  };
  answer.on('drain', send);
  send();
}

const many = (text: string, bytes = 65_536) => text.repeat(Math.ceil(bytes / text.length));
const delta = (text: string) =>
  event({ type: 'response.output_text.delta', item_id: 'm', output_index: 0, content_index: 0, delta: text });

/** A gigabyte, in members of 16 MB: what this process holds would count for its children. */
function bomb(text: string): Buffer {
  return Buffer.concat(Array.from({ length: 64 }, () => gzipSync(Buffer.alloc(16 * megabyte, text))));
}

const servers: Record<string, Hostile> = {
  'deltas of 31 MB': (answer) => endlessly(stream(answer), delta('x'.repeat(31 * megabyte))),
  'deltas of 1 MB': (answer) => endlessly(stream(answer), delta('x'.repeat(megabyte))),
  'deltas of 1 MB, not Latin': (answer) => endlessly(stream(answer), delta('\u4e00'.repeat(megabyte / 3))),
  'small deltas': (answer) => endlessly(stream(answer), many(delta('x'))),
  'deltas of other parts': (answer) =>
    endlessly(stream(answer), many(event({ type: 'response.output_text.delta', item_id: '#', delta: '' }))),
  'small output items': (answer) =>
    endlessly(
      stream(answer),
      many(event({ type: 'response.output_item.done', output_index: '#', item: {} })),
    ),
  'output items that hold much': (answer) =>
    endlessly(
      stream(answer),
      `data: {"type":"response.output_item.done","item":{"id":"#","a":[${many('[],', megabyte)}1]}}\n\n`,
    ),
  'reasoning that is ignored': (answer) =>
    endlessly(stream(answer), event({ type: 'response.reasoning_text.delta', delta: 'x'.repeat(megabyte) })),
  'lines without an end of the event': (answer) => endlessly(stream(answer), many('data:x\n')),
  'names without an end of the event': (answer) => endlessly(stream(answer), many('event: x\n')),
  'a line without an end': (answer) => endlessly(stream(answer), many('x')),
  comments: (answer) => endlessly(stream(answer), many(': x\n')),
  'blank lines': (answer) => endlessly(stream(answer), many('\n')),
  'keep-alives with numbers': (answer) =>
    endlessly(stream(answer), many('data: {"type":"keepalive","sequence_number":#}\n\n')),
  'a document without an end': (answer) => {
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.write('{"a": "');
    endlessly(answer, many('x'));
  },
  'an error without an end': (answer) => {
    answer.writeHead(400, { 'content-type': 'application/json' });
    endlessly(answer, many('x'));
  },
  'an error that is nested deeply': (answer) => {
    answer.writeHead(400, { 'content-type': 'application/json' });
    answer.end(`{"detail":${'['.repeat(30_000)}${']'.repeat(30_000)}}`);
  },
  'a gzip bomb': (answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    answer.end(bomb('data:x\n'));
  },
  'a gzip bomb of blank lines': (answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    answer.end(bomb('\n'));
  },
  'huge headers': (answer) => {
    answer.socket?.write(`HTTP/1.1 200 OK\r\n`);
    const send = () => {
      while (answer.socket?.writable) if (!answer.socket.write(many('x-a: b\r\n'))) break;
    };
    answer.socket?.on('drain', send);
    send();
  },
  'empty objects in the last event': (answer) => {
    stream(answer).end(`data: {"type":"response.completed","response":[${many('{},', 3 * megabyte)}1]}\n\n`);
  },
  'more text than the cap': (answer) => {
    const text = 'x'.repeat(3 * megabyte);
    const output = [{ type: 'message', content: [{ type: 'output_text', text }] }];
    stream(answer).end(event({ type: 'response.completed', response: { status: 'completed', output } }));
  },
};

interface Run {
  megabytes: number;
  status: number | null;
  rows: number;
  seconds: number;
  said: string;
}

const folder = mkdtempSync(join(tmpdir(), 'orch-memory-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const report = join(folder, 'report.cjs');
writeFileSync(
  report,
  `process.on('exit', () => require('node:fs').writeFileSync(process.env.REPORT, String(process.resourceUsage().maxRSS / 1024)));`,
);

async function run(hostile: Hostile): Promise<Run> {
  const server = createServer((request, answer) => {
    request.resume().on('end', () => hostile(answer));
    answer.on('error', () => {});
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const state = mkdtempSync(join(folder, 'state-'));
  const measured = join(state, 'rss');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    ['-r', report, resolve('bin/orch.js'), 'run', 'docs', 'say yes', '-m', 'full'],
    {
      cwd: state,
      env: {
        PATH: process.env.PATH,
        HOME: state,
        XDG_STATE_HOME: state,
        OPENAI_API_KEY: 'sk-test-0123456789abcdef',
        OPENAI_BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
        REPORT: measured,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: mostWaitMs,
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const status = await new Promise<number | null>((done) => child.on('close', done));
  server.closeAllConnections();
  server.close();
  const ledger = join(state, 'orch', 'usage.csv');
  return {
    megabytes: existsSync(measured) ? Number(readFileSync(measured, 'utf8')) : Number.POSITIVE_INFINITY,
    status,
    rows: existsSync(ledger) ? readFileSync(ledger, 'utf8').trimEnd().split('\n').length - 1 : 0,
    seconds: (performance.now() - started) / 1000,
    said: said.trim().split('\n')[0] ?? '',
  };
}

const words = process.argv.slice(2);
for (const [name, hostile] of Object.entries(servers)) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  const { megabytes, status, rows, seconds, said } = await run(hostile);
  const isWrong = megabytes > mostMb || status === null || status === 0 || rows === 0;
  if (isWrong) process.exitCode = 1;
  console.log(
    `${isWrong ? '✗' : '✓'} ${name.padEnd(36)} ${megabytes.toFixed(0).padStart(5)} MB  status ${status}  ${rows} rows  ${seconds.toFixed(1)} s  ${said.slice(0, 110)}`,
  );
}
