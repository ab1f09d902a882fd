/** What a call may cost is seen before it is made, and what decides it can be chosen: on both surfaces. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeRecord, headerRow } from '../../src/core/record/csv.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call, textOf } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, provider } from '../helpers/orch.ts';
import { usageRecord } from '../helpers/usage-record.ts';

const rows = Array.from({ length: 12 }, (_, at) =>
  encodeRecord(usageRecord({ run_id: `run-${at}`, cost_usd: 0.001 * (at + 1) })),
);
const withLedger = () => ({
  ORCH_USAGE_CSV: join(folder({ 'usage.csv': `${[headerRow, ...rows].join('\n')}\n` }), 'usage.csv'),
});

describe('the price', () => {
  it('is shown before a call: expected, at most, and what such calls have cost', async () => {
    const env = withLedger();
    const { stdout } = await orch(['route', '--explain', 'tests', 'x', '-m', 'gpt-5-mini'], { env });
    expect(stdout).toMatch(/gpt-5-mini {2}about \$0\.\d+, at most \$0\.\d+/);
    expect(stdout).toContain('your last 12 such calls: $0.0060 in the middle');
    const dry = await orch(['tests', 'x', '--dry-run', '--json'], { env });
    const { selected, fallbacks } = JSON.parse(dry.stdout);
    const { low, expected, high } = selected.cost_usd;
    expect(low).toBeLessThan(expected);
    expect(expected).toBeLessThan(high);
    expect(fallbacks[0].past).toBeNull();
    const shown = await call(await connectInProcess({ env }), 'route.explain', {
      task: 'tests',
      forceModel: 'gpt-5-mini',
    });
    expect(shown.structuredContent).toMatchObject({
      selected: { past: { calls: 12, median_usd: 0.006 } },
    });
  });

  it('that a ceiling refuses: what would be enough, and what fits', async () => {
    const env = withLedger();
    const args = ['run', 'deep_reasoning', 'x', '--max-cost', '0.05'];
    const refused = await orch([...args, '--json'], { env: { ...env, ORCH_REHEARSE: '1' } });
    expect(refused.status).toBe(6);
    expect(JSON.parse(refused.stdout).error.hint).toMatch(
      /^\$0\.\d+ would be enough for full; mini fits \(-m mini\): raise the ceiling/,
    );
    const { stdout } = await orch([...args, '--dry-run'], { env });
    expect(stdout).toContain('would be enough for full; mini fits (-m mini)');
    const plain = await orch(['route', ...args.slice(1)], { env });
    expect(plain).toMatchObject({ status: 6, stdout: '' });
    expect(plain.stderr).toMatch(/^warning: \$0\.\d+ would be enough for full; mini fits \(-m mini\)$/m);
  });
});

describe('what decides it', () => {
  it('is chosen on the command line, and explained', async () => {
    const env = withLedger();
    const flags = ['--tier', 'flex', '--prefer', 'cost', '--complexity', 'high'];
    const { env: served, server } = await provider({
      answer: { kind: 'text', text: '```ts\nexport const a = 1;\n```\n', serviceTier: 'flex' },
    });
    const { status, stdout } = await orch(['run', 'code_generate', 'x', ...flags, '--json'], { env: served });
    expect(status).toBe(0);
    expect(server.requests[0]!.body).toMatchObject({ service_tier: 'flex', reasoning: { effort: 'high' } });
    const { meta } = JSON.parse(stdout);
    expect(meta.rationale).toContain(' complexity=high prefer=cost tier=flex => ');
    expect(meta.alias).toBe('mini');
    const explained = await orch(['route', '--explain', 'code_generate', 'x', ...flags], { env });
    expect(explained.stdout).toContain('rule: the cheapest candidate comes first');
  });

  it('is stated by the model of a host', async () => {
    const env = withLedger();
    const client = await connectInProcess({ env: { ...env, ORCH_REHEARSE: '1' } });
    const { structuredContent } = await call(client, 'delegate.run', {
      task: 'code_generate',
      input: 'x',
      complexity: 'low',
    });
    expect(structuredContent).toMatchObject({ meta: { alias: 'mini' } });
    expect((structuredContent as { meta: { rationale: string } }).meta.rationale).toContain('complexity=low');
  });
});

describe('a model outside of those that the user allows', () => {
  const policies = JSON.stringify({ models: { allow: ['mini', 'full'] } });
  const allowing = () => ({
    XDG_CONFIG_HOME: folder({ 'orch/policies.json': policies }),
    ORCH_REHEARSE: '1',
  });

  it('is refused even if it is forced, with the list', async () => {
    const own = allowing();
    const { status, stderr } = await orch(['docs', 'x', '-m', 'gpt-6.2-astra'], { env: own });
    expect(status).toBe(3);
    expect(stderr).toContain('only mini, full may be used (models.allow in orch/policies.json)');
    const refused = await call(await connectInProcess({ env: own }), 'delegate.docs', {
      input: 'x',
      forceModel: 'gpt-6.2-astra',
    });
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toContain('only mini, full may be used');
  });

  it('may be one that a repository denies', async () => {
    const own = allowing();
    const denied = {
      '.orch/policies.json': JSON.stringify({ models: { allow: ['codex'], deny: ['mini'] } }),
    };
    const { stdout } = await orch(['route', '--explain', 'tests', 'x'], { env: own, cwd: folder(denied) });
    expect(stdout).toContain('mini may not be used (models.deny in .orch/policies.json)');
    expect(stdout).toContain('ignored in .orch/policies.json: models.allow');
    expect(stdout).toContain('1. full');
  });
});
