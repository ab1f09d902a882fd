/** A client that goes away, in whatever manner, while calls hang: sockets closed, attempts recorded. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { greeted, type RawServer } from '../helpers/mcp.ts';
import { folder, provider } from '../helpers/orch.ts';

const posix = process.platform !== 'win32';
const calls = 4;

const ways: [string, (server: RawServer) => void][] = [
  ['the end of its input', ({ child }) => child.stdin.end()],
  // SIGTERM alone: stdio.test.ts.
  ['SIGINT', ({ child }) => child.kill('SIGINT')],
  ['SIGHUP', ({ child }) => child.kill('SIGHUP')],
  // As clients do: the end of input and SIGTERM together, or one signal after the other.
  [
    'the end of its input and SIGTERM at once',
    ({ child }) => {
      child.stdin.end();
      child.kill('SIGTERM');
    },
  ],
  [
    'SIGINT and SIGTERM at once',
    ({ child }) => {
      child.kill('SIGINT');
      child.kill('SIGTERM');
    },
  ],
  [
    'an output that nobody reads any more',
    (server) => {
      server.child.stdout.destroy();
      // The first write finds out.
      server.send({ id: 'a', method: 'tools/list' });
      server.send({ id: 'b', method: 'tools/list' });
    },
  ],
];

describe.runIf(posix)('calls that hang', () => {
  it.each(ways)('are ended by %s: every socket is closed, every attempt recorded', async (_name, end) => {
    const [state, temporary] = [folder(), folder()];
    const { env, server: upstream } = await provider({ answer: { kind: 'hang', after: 2 } });
    const server = await greeted({ env: { ...env, XDG_STATE_HOME: state, TMPDIR: temporary } });
    for (let id = 1; id <= calls; id++) {
      const params = { name: 'delegate.docs', arguments: { input: `call ${id}` } };
      server.send({ id, method: 'tools/call', params });
    }
    await upstream.waitForRequest(calls);
    end(server);
    await upstream.waitForAbort(calls);
    expect((await server.ended).code).toBe(0);
    const { records, skipped } = parseUsageCsv(readFileSync(join(state, 'orch/usage.csv'), 'utf8'));
    expect(skipped).toEqual([]);
    expect(records.map(({ error }) => error)).toEqual(Array(calls).fill('cancelled'));
    // What came of each answer is kept.
    const runs = readdirSync(join(state, 'orch/runs')).filter((name) => name.endsWith('.run'));
    expect(runs).toHaveLength(calls);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
