import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvLedger } from '../../../src/adapters/ledger/csv-ledger.ts';
import { feedFile, feedStream } from '../../../src/adapters/ledger/feed.ts';
import { scanLedgers } from '../../../src/adapters/ledger/read.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { encodeRecord, headerRow } from '../../../src/core/record/csv.ts';
import { parseUsageCsv, RecordSink } from '../../../src/core/record/csv-records.ts';
import { CsvRows, type LedgerSink } from '../../../src/core/record/csv-rows.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const posix = process.platform !== 'win32';
const rowOf = (run: string): string => `${encodeRecord(usageRecord({ run_id: run }))}\n`;
const runsOf = async (path: string): Promise<unknown[]> =>
  (await csvLedger({ path }).read()).records.map((record) => record.run_id);
const headersIn = (text: string): number => text.split('\n').filter((line) => line === headerRow).length;

async function failure(promise: Promise<unknown>): Promise<OrchError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OrchError);
  return error as OrchError;
}

describe('csvLedger', () => {
  it('creates folder and file for the user alone, and nothing else', async () => {
    const path = join(folder, 'a', 'b', 'usage.csv');
    const ledger = csvLedger({ path });
    await ledger.append([usageRecord({ run_id: 'one' }), usageRecord({ run_id: 'two' })]);
    await ledger.append([usageRecord({ run_id: 'three' })]);
    expect(readFileSync(path, 'utf8')).toBe(`${headerRow}\n${rowOf('one')}${rowOf('two')}${rowOf('three')}`);
    expect(ledger.location).toBe(path);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['usage.csv']);
    if (posix) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
      expect(statSync(join(folder, 'a', 'b')).mode & 0o777).toBe(0o700);
    }
  });

  it('reads nothing where nothing was written, and writes nothing for no records', async () => {
    const path = join(folder, 'usage.csv');
    const ledger = csvLedger({ path });
    await ledger.append([]);
    expect(existsSync(path)).toBe(false);
    expect(await ledger.read()).toEqual({ records: [], skipped: [], files: [] });
  });

  it('gives an empty file its header', async () => {
    const path = join(folder, 'usage.csv');
    writeFileSync(path, '');
    const ledger = csvLedger({ path });
    expect(await ledger.read()).toEqual({ records: [], skipped: [], files: [path] });
    await ledger.append([usageRecord({ run_id: 'one' })]);
    expect(readFileSync(path, 'utf8')).toBe(`${headerRow}\n${rowOf('one')}`);
  });

  it('keeps the order of appends that were not waited for', async () => {
    const path = join(folder, 'usage.csv');
    const ledger = csvLedger({ path });
    const runs = Array.from({ length: 50 }, (_, index) => `run-${index}`);
    await Promise.all(runs.map((run_id) => ledger.append([usageRecord({ run_id })])));
    expect(await runsOf(path)).toEqual(runs);
    expect(headersIn(readFileSync(path, 'utf8'))).toBe(1);
  });

  it('writes one header when several begin the file at once', async () => {
    const path = join(folder, 'logs', 'usage.csv');
    const runs = Array.from({ length: 32 }, (_, index) => `run-${index}`);
    await Promise.all(runs.map((run_id) => csvLedger({ path }).append([usageRecord({ run_id })])));
    expect((await runsOf(path)).sort()).toEqual([...runs].sort());
    expect(headersIn(readFileSync(path, 'utf8'))).toBe(1);
  });

  it('goes on after a row that a killed process left torn', async () => {
    const path = join(folder, 'usage.csv');
    await csvLedger({ path }).append([usageRecord({ run_id: 'one' }), usageRecord({ run_id: 'two' })]);
    truncateSync(path, statSync(path).size - 70);
    await csvLedger({ path }).append([usageRecord({ run_id: 'three' })]);
    const reading = await csvLedger({ path }).read();
    expect(reading.records.map((record) => record.run_id)).toEqual(['one', 'three']);
    expect(reading.skipped).toEqual([
      { file: path, line: 3, reason: expect.stringContaining('incomplete or edited') },
    ]);
    expect(headersIn(readFileSync(path, 'utf8'))).toBe(1);
  });

  it('writes the header again after one that was torn', async () => {
    const path = join(folder, 'usage.csv');
    writeFileSync(path, headerRow.slice(0, 60));
    await csvLedger({ path }).append([usageRecord({ run_id: 'one' })]);
    expect(await runsOf(path)).toEqual(['one']);
  });

  it('writes to the file of its path, not to the one it has open, and leaves none open at the end', async () => {
    const path = join(folder, 'usage.csv');
    const ledger = csvLedger({ path });
    await ledger.append([usageRecord({ run_id: 'one' })]);
    renameSync(path, `${path}.old`);
    await ledger.append([usageRecord({ run_id: 'two' })]);
    rmSync(folder, { recursive: true });
    await ledger.append([usageRecord({ run_id: 'three' })]);
    expect(await runsOf(path)).toEqual(['three']);
    await ledger.close();
    await ledger.append([usageRecord({ run_id: 'four' })]);
    await ledger.close();
    expect(await runsOf(path)).toEqual(['three', 'four']);
    if (process.platform === 'linux') {
      const open = readdirSync('/proc/self/fd').flatMap((fd) => {
        const target = `/proc/self/fd/${fd}`;
        return existsSync(target) ? [readlinkSync(target)] : [];
      });
      expect(open).not.toContain(path);
    }
  });

  it('notices that the file was emptied or replaced since its last append', async () => {
    const path = join(folder, 'usage.csv');
    writeFileSync(path, '');
    const ledger = csvLedger({ path });
    await ledger.append([usageRecord({ run_id: 'one' })]);
    truncateSync(path, 0);
    await ledger.append([usageRecord({ run_id: 'two' })]);
    expect(await runsOf(path)).toEqual(['two']);
    rmSync(path);
    await ledger.append([usageRecord({ run_id: 'three' })]);
    expect(await runsOf(path)).toEqual(['three']);
  });

  describe('with the columns of another version', () => {
    const older = 'ts,run_id,cost_usd';

    it('adds its own header once, and reads both', async () => {
      const path = join(folder, 'usage.csv');
      writeFileSync(path, `${older}\n2026-11-01T00:00:00Z,old,0.5\n`);
      await csvLedger({ path }).append([usageRecord({ run_id: 'one' })]);
      await csvLedger({ path }).append([usageRecord({ run_id: 'two' })]);
      expect(await runsOf(path)).toEqual(['old', 'one', 'two']);
      expect(headersIn(readFileSync(path, 'utf8'))).toBe(1);
    });

    it('notices that an older version has written in between', async () => {
      const path = join(folder, 'usage.csv');
      const ledger = csvLedger({ path });
      await ledger.append([usageRecord({ run_id: 'one' })]);
      writeFileSync(path, `${older}\n2026-11-01T00:00:00Z,old,0.5\n`, { flag: 'a' });
      await ledger.append([usageRecord({ run_id: 'two' })]);
      await ledger.append([usageRecord({ run_id: 'three' })]);
      expect(await runsOf(path)).toEqual(['one', 'old', 'two', 'three']);
      expect(headersIn(readFileSync(path, 'utf8'))).toBe(2);
    });

    it('finds the last header of a file of many megabytes, wherever it lies', async () => {
      const row = '2026-11-01T00:00:00Z,old,0.5\n';
      // The last header straddles the border of one mebibyte from the end at each of these distances.
      for (const distance of [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, (1 << 20) + 3]) {
        const path = join(folder, `${distance}.csv`);
        const head = `${older}\n${row.repeat(40_000)}`;
        expect(rowOf('new').length * 6000).toBeGreaterThan(distance);
        const tail = `${headerRow}\n${rowOf('new').repeat(6000)}`.slice(0, distance - 1);
        writeFileSync(path, `${head}${tail}\n`);
        await csvLedger({ path }).append([usageRecord({ run_id: 'last' })]);
        const text = readFileSync(path, 'utf8');
        expect(text.endsWith(`\n${rowOf('last')}`)).toBe(true);
        expect(headersIn(text)).toBe(1);
      }
    });

    it('takes its own header from a spreadsheet: byte order mark and CRLF', async () => {
      const path = join(folder, 'usage.csv');
      writeFileSync(path, `\uFEFF${headerRow}\r\n${rowOf('one').replace('\n', '\r\n')}`);
      await csvLedger({ path }).append([usageRecord({ run_id: 'two' })]);
      expect(await runsOf(path)).toEqual(['one', 'two']);
      expect(parseUsageCsv(readFileSync(path, 'utf8')).records).toHaveLength(2);
      expect(readFileSync(path, 'utf8').split(headerRow)).toHaveLength(2);
    });
  });

  describe.runIf(process.platform !== 'win32')('behind links', () => {
    const inRepository = (path: string) =>
      csvLedger({ path: join(folder, 'repo', path), roots: () => [join(folder, 'repo')] });

    beforeEach(() => {
      mkdirSync(join(folder, 'repo/.git'), { recursive: true });
      mkdirSync(join(folder, 'outside'));
    });

    it('is not written through one that leads out of a root or into .git', async () => {
      symlinkSync('../outside', join(folder, 'repo/logs'));
      symlinkSync('../outside/new.csv', join(folder, 'repo/usage.csv'));
      symlinkSync('.git/config', join(folder, 'repo/config'));
      for (const path of ['logs/usage.csv', 'logs/deep/usage.csv', 'usage.csv', 'config', '.git/usage.csv']) {
        const error = await failure(inRepository(path).append([usageRecord()]));
        expect(error).toMatchObject({ code: 'record-failed', hint: expect.stringMatching(/^use /) });
        expect(error.message).toContain(path);
      }
      expect([...readdirSync(join(folder, 'outside')), ...readdirSync(join(folder, 'repo/.git'))]).toEqual(
        [],
      );
    });

    it('is not written through one that takes its place later', async () => {
      const ledger = inRepository('usage.csv');
      await ledger.append([usageRecord({ run_id: 'one' })]);
      ledger.assertAllowed();
      renameSync(join(folder, 'repo/usage.csv'), join(folder, 'repo/before.csv'));
      symlinkSync('../outside/new.csv', join(folder, 'repo/usage.csv'));
      expect(() => ledger.assertAllowed()).toThrow('is a link that leads there');
      expect(await failure(ledger.append([usageRecord()]))).toMatchObject({ code: 'record-failed' });
      writeFileSync(join(folder, 'outside/new.csv'), '');
      expect(await failure(ledger.append([usageRecord()]))).toMatchObject({ code: 'record-failed' });
      expect(readFileSync(join(folder, 'outside/new.csv'), 'utf8')).toBe('');
      expect(await runsOf(join(folder, 'repo/before.csv'))).toEqual(['one']);
    });

    it('says so if a loop of links, or a file for its folder, takes its place later', async () => {
      const path = join(folder, 'repo/logs/usage.csv');
      const ledger = inRepository('logs/usage.csv');
      await ledger.append([usageRecord()]);
      rmSync(path);
      symlinkSync('usage.csv', path);
      expect(() => ledger.assertAllowed()).toThrow(OrchError);
      expect(await failure(ledger.append([usageRecord()]))).toMatchObject({
        hint: expect.stringMatching(/^replace the link /),
      });
      rmSync(path);
      await ledger.append([usageRecord()]);
      rmSync(join(folder, 'repo/logs'), { recursive: true });
      writeFileSync(join(folder, 'repo/logs'), '');
      ledger.assertAllowed();
      expect((await failure(ledger.append([usageRecord()]))).message).toContain('not a folder');
    });

    it('is written through one that stays inside and through those of the user', async () => {
      symlinkSync('real/deep', join(folder, 'repo/logs'));
      symlinkSync('outside', join(folder, 'state'));
      await inRepository('logs/usage.csv').append([usageRecord({ run_id: 'one' })]);
      await csvLedger({ path: join(folder, 'state/usage.csv') }).append([usageRecord({ run_id: 'two' })]);
      expect(await runsOf(join(folder, 'repo/real/deep/usage.csv'))).toEqual(['one']);
      expect(await runsOf(join(folder, 'outside/usage.csv'))).toEqual(['two']);
      expect(readdirSync(join(folder, 'outside'))).toEqual(['usage.csv']);
    });
  });

  describe('that cannot be written', () => {
    it('says so for a name that is too long', async () => {
      const path = join(folder, `${'n'.repeat(300)}.csv`);
      const error = await failure(csvLedger({ path }).append([usageRecord()]));
      expect(error.message).toContain('its name is too long');
    });

    it('says so for a path below a file', async () => {
      writeFileSync(join(folder, 'file'), '');
      const path = join(folder, 'file', 'logs', 'usage.csv');
      const error = await failure(csvLedger({ path }).append([usageRecord()]));
      expect(error.code).toBe('record-failed');
      expect(error.message).toBe(
        `the usage record could not be written to ${path}: part of the path is a file, not a folder`,
      );
      expect(error.hint).toContain('ORCH_USAGE_CSV');
    });

    it('says so for a folder', async () => {
      const error = await failure(csvLedger({ path: folder }).append([usageRecord()]));
      expect(error).toMatchObject({ code: 'record-failed', hint: expect.stringContaining('usage.csv') });
      expect(error.message).toContain(folder);
      expect((await failure(csvLedger({ path: folder }).read())).code).toBe('file-unreadable');
    });

    it.skipIf(process.platform === 'win32')('says so for a pipe, a device and what is no file', async () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const standardInput = process.platform === 'linux' ? ['/dev/stdin', '/proc/none/x.csv'] : [];
      for (const path of [pipe, '/dev/null', ...standardInput]) {
        const error = await failure(csvLedger({ path }).append([usageRecord()]));
        expect(error).toMatchObject({
          code: 'record-failed',
          message: expect.stringMatching(
            /it is not a regular file$|it belongs to the system, and is not a file on a disk$/,
          ),
          hint: 'set ORCH_USAGE_CSV to a file on a disk (off disables recording)',
        });
        expect(error.message).toContain(`could not be written to ${path}: `);
      }
    });

    it('still writes the next records once it can', async () => {
      const path = join(folder, 'logs', 'usage.csv');
      writeFileSync(join(folder, 'logs'), '');
      const ledger = csvLedger({ path });
      await failure(ledger.append([usageRecord({ run_id: 'lost' })]));
      rmSync(join(folder, 'logs'));
      await ledger.append([usageRecord({ run_id: 'one' })]);
      expect(await runsOf(path)).toEqual(['one']);
    });
  });

  describe('of many processes at once', () => {
    const processes = 4;
    const appends = 40;

    it('loses and tears nothing and has one header', async () => {
      const script = join(folder, 'writer.mjs');
      await build({
        stdin: {
          contents: `
            import { once } from 'node:events';
            import { csvLedger } from './src/adapters/ledger/csv-ledger.ts';
            import { usageRecord } from './test/helpers/usage-record.ts';
            const [path, name, appends] = process.argv.slice(2);
            const ledger = csvLedger({ path });
            process.stdout.write('ready');
            await once(process.stdin, 'data');
            for (let index = 1; index <= Number(appends); index++) {
              const project = 'x'.repeat(((Number(name) + 7) * index * 37) % 9000) + ', "quoted"';
              await ledger.append([usageRecord({ run_id: name, attempt: index, project })]);
            }
            process.stdin.destroy();
          `,
          resolveDir: resolve('.'),
          loader: 'ts',
        },
        outfile: script,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20',
      });
      const path = join(folder, 'logs', 'usage.csv');
      const children = Array.from({ length: processes }, (_, index) =>
        spawn(process.execPath, [script, path, String(index), String(appends)], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
      try {
        await Promise.all(children.map((child) => once(child.stdout, 'data')));
        const ended = children.map(endOf);
        for (const child of children) child.stdin.write('go');
        let areRunning = true;
        const allEnded = Promise.all(ended).finally(() => {
          areRunning = false;
        });
        // A report that is made meanwhile has whole rows only, and all that one before it had.
        for (let seen = 0; areRunning; ) {
          const { records, skipped } = await csvLedger({ path }).read();
          expect(skipped).toEqual([]);
          expect(records.length).toBeGreaterThanOrEqual(seen);
          seen = records.length;
        }
        expect(await allEnded).toEqual(children.map(() => 0));
      } finally {
        for (const child of children) child.kill();
      }

      const { records, skipped } = await csvLedger({ path }).read();
      expect(skipped).toEqual([]);
      const byProcess = new Map<string, number[]>();
      for (const { run_id = '', attempt = 0, project = '' } of records) {
        byProcess.set(run_id, [...(byProcess.get(run_id) ?? []), attempt]);
        expect(project).toMatch(/^x*, "quoted"$/);
        expect(project.length - ', "quoted"'.length).toBe(((Number(run_id) + 7) * attempt * 37) % 9000);
      }
      const inOrder = Array.from({ length: appends }, (_, index) => index + 1);
      expect(byProcess.size).toBe(processes);
      for (const attempts of byProcess.values()) expect(attempts).toEqual(inOrder);
      expect(headersIn(readFileSync(path, 'utf8'))).toBe(1);
      expect(readdirSync(join(folder, 'logs'))).toEqual(['usage.csv']);
    });
  });
});

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

describe('scanLedgers', () => {
  /** What a file's rows are: their `run_id` and `project`. */
  async function scanned(paths: readonly string[], stdin: readonly Uint8Array[] = []) {
    const records = new RecordSink();
    const files: string[] = [];
    const startFile = (path: string) => files.push(path);
    const sink = Object.assign(records, { startFile }) as LedgerSink & RecordSink;
    const { signal } = new AbortController();
    await scanLedgers(paths, sink, { cwd: folder, signal, stdin: () => Readable.from(stdin) });
    return { files, records: records.records, skipped: records.skippedRows };
  }
  const runsIn = async (...args: Parameters<typeof scanned>) =>
    (await scanned(...args)).records.map(({ run_id }) => run_id);
  const csv = (...runs: string[]) => `${headerRow}\n${runs.map(rowOf).join('')}`;

  it('reads several files as one, each once, with the lines of what it skipped', async () => {
    const [a, b] = [join(folder, 'a.csv'), join(folder, 'b.csv')];
    writeFileSync(a, `${headerRow}\n${rowOf('a1')}torn,row\n${rowOf('a2')}`);
    symlinkSync(a, join(folder, 'link.csv'));
    // The characters of several bytes lie across the borders of what is read at a time.
    writeFileSync(b, `ts,project\n${'2026-11-01,ação €\n'.repeat(3000)}`);
    const { files, records, skipped } = await scanned([a, b, join(folder, '.', 'a.csv'), 'link.csv']);
    expect(files).toEqual([a, b]);
    expect(skipped).toEqual([{ line: 3, reason: expect.any(String) }]);
    expect(records.slice(0, 2).map((record) => record.run_id)).toEqual(['a1', 'a2']);
    expect(records).toHaveLength(3002);
    expect(new Set(records.slice(2).map((record) => record.project))).toEqual(new Set(['ação €']));
  });

  it('reads packed files, whatever their name, patterns and standard input', async () => {
    const packed = Buffer.concat([gzipSync(csv('p1')), gzipSync(csv('p2'))]);
    writeFileSync(join(folder, 'a.csv.gz'), packed);
    writeFileSync(join(folder, 'b.csv'), packed);
    writeFileSync(join(folder, '[c].csv'), csv('c'));
    expect(await runsIn(['*.csv.gz', '[c].csv'])).toEqual(['p1', 'p2', 'c']);
    expect(await runsIn(['b.csv'])).toEqual(['p1', 'p2']);
    const inBytes = [...Buffer.from(csv('s1'))].map((byte) => Buffer.of(byte));
    expect(await runsIn(['-', '-'], inBytes)).toEqual(['s1']);
    expect(await runsIn(['-'], [packed.subarray(0, 1), packed.subarray(1)])).toEqual(['p1', 'p2']);
    expect(await runsIn(['-'], [])).toEqual([]);
  });

  it('finds the same rows, whatever is read at a time', async () => {
    const words = ['"', '""', ',', ';', '\n', '\r\n', '\r', '\0', 'a', '1', ' ', 'é', '\uFEFF', '2026-11-01'];
    const piece = fc.oneof(
      fc.constantFrom(...words),
      fc.constantFrom(
        'ts,project,attempt\n',
        'ts;project;attempt\n',
        '2026-11-01,"a, ""b""",1\n',
        rowOf('x'),
      ),
    );
    const read = async (chunks: readonly Uint8Array[]) => {
      const sink = new RecordSink();
      await feedStream(Readable.from(chunks), new CsvRows(sink));
      const { records, skippedRows } = sink;
      return { records, skippedRows };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(piece), fc.array(fc.nat(400), { maxLength: 8 }), async (pieces, cuts) => {
        const bytes = Buffer.from(`ts,project,attempt\n${pieces.join('')}`);
        const borders = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = borders.slice(1).map((border, at) => bytes.subarray(borders[at], border));
        const whole = await read([bytes]);
        expect(await read(chunks)).toEqual(whole);
        // And the lines are those that a reader of text would find.
        const lines = bytes.toString().split('\n').length - (bytes.at(-1) === 0x0a ? 1 : 0);
        expect(whole.records.length + whole.skippedRows.length).toBeLessThanOrEqual(lines);
      }),
    );
  });

  it('reads a last row without a line break', async () => {
    const path = join(folder, 'a.csv');
    writeFileSync(path, csv('a1').trimEnd());
    expect(await runsIn([path])).toEqual(['a1']);
    writeFileSync(path, gzipSync(csv('a1').trimEnd()));
    expect(await runsIn([path])).toEqual(['a1']);
  });

  it('reads the rest of a row that another process is just writing', async () => {
    const whole = Buffer.from(csv('a1', 'a2'));
    const pieces = [whole.subarray(0, -20), Buffer.alloc(0), whole.subarray(-20), Buffer.alloc(0)];
    const read = async (buffer: Uint8Array, at: number) => {
      const piece = pieces.shift()!;
      buffer.set(piece, at);
      return { bytesRead: piece.length, buffer };
    };
    const records = new RecordSink();
    await feedFile({ read } as unknown as FileHandle, new CsvRows(records));
    expect([records.records.map(({ run_id }) => run_id), records.skippedRows]).toEqual([['a1', 'a2'], []]);
  });

  it.skipIf(process.platform === 'win32')('stops waiting for a pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const waiting = new AbortController();
    const files = Object.assign(new RecordSink(), { startFile: () => waiting.abort() });
    const { signal } = waiting;
    const reading = scanLedgers(['pipe'], files, { cwd: folder, signal, stdin: () => Readable.from([]) });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('names a file that is missing, a folder, and a file that is no CSV', async () => {
    const missing = join(folder, 'missing.csv');
    const gone = await failure(scanned([missing]));
    expect(gone).toMatchObject({ code: 'file-not-found', message: `${missing}: no such file` });
    expect(gone.hint).toBeTruthy();
    expect(await failure(scanned(['*.gone']))).toMatchObject({
      code: 'file-not-found',
      message: '*.gone: no file matches',
    });
    const directory = await failure(scanned([folder]));
    expect(directory).toMatchObject({ code: 'file-unreadable', message: `${folder} is a folder` });
    expect(directory.hint).toContain('*.csv');
    writeFileSync(join(folder, 'blob'), Buffer.alloc(3 << 20, 'x'));
    expect(await failure(scanned(['blob']))).toMatchObject({
      code: 'file-unreadable',
      message: expect.stringContaining('a line of more than a million characters'),
    });
    writeFileSync(join(folder, 'utf16.csv'), Buffer.from(`\uFEFF${csv('x')}`, 'utf16le'));
    expect((await failure(scanned(['utf16.csv']))).message).toMatch(/utf16\.csv is UTF-16$/);
    writeFileSync(join(folder, 'cut.gz'), gzipSync(csv('x')).subarray(0, -20));
    expect((await failure(scanned(['cut.gz']))).message).toMatch(/damaged or incomplete gzip file$/);
    writeFileSync(join(folder, 'file'), '');
    expect((await failure(scanned([join(folder, 'file', 'x.csv')]))).code).toBe('file-unreadable');
  });
});
