/** What need not be said with every result: shown once a day, or once in a session over MCP. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { orchInProcess } from '../helpers/cli.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, key } from '../helpers/orch.ts';
import { serve } from '../rehearsal/bench.ts';
import { byModel, type Scripted } from '../rehearsal/script.ts';

const hop = 'gpt-5-chat retired 2026-07-23, gpt-6-luna takes its place';
const cure = 'orch config set alias.chat gpt-6-luna';
const fromDotEnv = 'OPENAI_API_KEY comes from .env';

/** A clock on this day; the files of the state get the time of the machine. */
const on = (day: string) => ({ ...systemClock, now: () => Date.parse(`${day}T12:00:00Z`) });

async function places(answer?: Scripted, today = '2026-11-22') {
  const server = await serve({ today: () => today, key, ...(answer ? { answer } : {}) });
  const env = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: key, XDG_STATE_HOME: folder() };
  return { env };
}

const docs = (env: Record<string, string>, day = '2026-11-22', more: string[] = [], cwd = folder()) =>
  orchInProcess(['docs', 'x', ...more], { env, cwd, clock: on(day) });

describe('the retirement of an alias', () => {
  it('is a warning with its cure once a day, and always in the summary', async () => {
    const { env } = await places();
    const first = await docs(env);
    expect(first.stderr).toContain(`warning: chat: ${hop}; to settle it: ${cure}\n`);
    const second = await docs(env);
    expect(second.stderr).not.toContain('warning: chat:');
    expect(second.stderr).toContain(`(${hop})`);
    expect((await docs(env, '2026-11-23')).stderr).toContain(`warning: chat: ${hop}`);
    // A clock that goes back.
    expect((await docs(env, '2026-11-21')).stderr).toContain(`warning: chat: ${hop}`);
  });

  it('is once a day among the warnings of --json, and always in its rationale', async () => {
    const { env } = await places();
    const meta = async () => JSON.parse((await docs(env, '2026-11-22', ['--json'])).stdout).meta;
    expect((await meta()).warnings).toEqual([expect.stringContaining(hop)]);
    const { warnings, rationale } = await meta();
    expect(warnings).toEqual([]);
    expect(rationale).toContain(hop);
  });

  it('is in the explanation of a route each time, which leaves no trace', async () => {
    const { env } = await places();
    for (let time = 0; time < 2; time++) {
      const { stdout } = await orchInProcess(['route', '--explain', 'docs', 'x'], {
        env,
        clock: on('2026-11-22'),
      });
      expect(stdout).toContain(`! chat: ${hop}; to settle it: ${cure}\n`);
    }
    expect(readdirSync(env.XDG_STATE_HOME)).toEqual([]);
  });

  it('is said by a route without its explanation once a day, for the model that it names', async () => {
    const { env } = await places();
    const route = (...more: string[]) =>
      orchInProcess(['route', 'docs', 'x', ...more], { env, clock: on('2026-12-01') });
    const first = await route();
    expect(first.stdout).toBe('gpt-6-luna\n');
    expect(first.stderr).toBe(`warning: chat: ${hop}; to settle it: ${cure}\n`);
    expect((await route()).stderr).toBe('');
    expect((await docs(env, '2026-12-01')).stderr).not.toContain('warning: chat:');
    // What is wrong with the request itself is said each time.
    for (let time = 0; time < 2; time++)
      expect((await route('--force-model', 'gpt-unheard')).stderr).toContain('not in the catalogue');
  });

  it('is not taken for said where no warning is shown', async () => {
    const { env } = await places();
    expect((await docs({ ...env, ORCH_LOG_LEVEL: 'error' })).stderr).toBe('');
    expect((await docs(env, '2026-11-22', ['-q'])).stderr).toMatch(/^gpt-6-luna \| task=docs [^\n]* m?s\n$/);
    expect((await docs(env)).stderr).toContain(`warning: chat: ${hop}`);
  });

  it('is shown each time where that cannot be kept', async () => {
    const { env: given } = await places();
    const env = { ...given, XDG_STATE_HOME: folder({ 'orch/said': '' }) };
    for (let time = 0; time < 2; time++) expect((await docs(env)).stderr).toContain(`warning: chat: ${hop}`);
  });

  it('of the model that answers after a fallback is in the rationale', async () => {
    const { env } = await places(byModel({ 'gpt-6-luna': { kind: 'empty' } }), '2026-12-24');
    const { stderr } = await docs(env, '2026-12-24');
    expect(stderr).toContain(
      '; gpt-6-luna failed => gpt-6.1-terra (gpt-5-mini retired 2026-12-11, gpt-6.1-terra takes its place)',
    );
  });

  it('is a warning once per session over MCP, whatever was said elsewhere', async () => {
    const { env } = await places();
    await docs(env, new Date().toISOString().slice(0, 10));
    for (let session = 0; session < 2; session++) {
      const client = await connectInProcess({ env });
      const call = async () => {
        const result = (await client.callTool({
          name: 'delegate.docs',
          arguments: { input: 'x' },
        })) as CallToolResult;
        return (result.structuredContent as { meta: { warnings: string[]; rationale: string } }).meta;
      };
      expect((await call()).warnings).toEqual([expect.stringContaining(hop)]);
      const again = await call();
      expect(again.warnings).toEqual([]);
      expect(again.rationale).toContain(hop);
    }
  });
});

describe('a key from a .env', () => {
  it('is told once a day in each repository, and each time with the route', async () => {
    const { env: given } = await places();
    const { OPENAI_API_KEY: _, ...env } = given;
    const one = folder({ '.env': `OPENAI_API_KEY=${key}\n`, '.git/HEAD': '', 'sub/x': '' });
    const other = folder({ '.env': `OPENAI_API_KEY=${key}\n`, '.git/HEAD': '' });
    const told = async (cwd: string) => (await docs(env, '2026-11-22', [], cwd)).stderr.includes(fromDotEnv);
    expect(await told(one)).toBe(true);
    expect(await told(one)).toBe(false);
    expect(await told(join(one, 'sub'))).toBe(false);
    expect(await told(other)).toBe(true);
    const { stdout } = await orchInProcess(['docs', 'x', '--dry-run'], { env, cwd: one });
    expect(stdout).toContain(fromDotEnv);
  });
});

describe('-q', () => {
  it('leaves the summary, which counts what it hides, and every error', async () => {
    const { env } = await places();
    const { stderr } = await orchInProcess(['run', 'something_else', 'x', '-q'], { env });
    expect(stderr).toMatch(/^gpt-6-luna \| task=docs [^\n]* m?s \| 1 warning\n$/);
    const failed = await orchInProcess(['docs', 'x', '-q', '--max-cost', '0.0000001'], { env });
    expect(failed.status).toBe(6);
    expect(failed.stderr).toMatch(/^error: /);
  });
});
