import { describe, expect, it } from 'vitest';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { folder, provider } from '../helpers/orch.ts';

describe('orch usage status', () => {
  it('says what calls have cost, and the last of them', async () => {
    const env = { ...(await provider()).env, XDG_STATE_HOME: folder() };
    const first = JSON.parse((await orch(['docs', 'x', '--json'], { env })).stdout).meta;
    const last = JSON.parse((await orch(['tests', 'y', '--json'], { env })).stdout).meta;
    const { status, stdout, stderr } = await orch(['usage', 'status'], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^orch: \$[\d.]+ today in 2 calls \| last: .*, \$[\d.]+, just now\n$/);
    expect(stdout).toContain(last.model);
    const json = JSON.parse((await orch(['usage', 'status', '--json'], { env })).stdout);
    expect(json).toMatchObject({ calls: 2, last: { run_id: last.run_id, cost_usd: last.cost_usd } });
    expect(json.cost_usd).toBeCloseTo(first.cost_usd + last.cost_usd, 9);
  });

  it('as a status line is one line and a success, whatever is wrong', async () => {
    const faults: Record<string, string>[] = [
      {},
      { ORCH_USAGE_CSV: 'off' },
      { ORCH_USAGE_CSV: folder() },
      { ORCH_LOG_LEVEL: 'loud', ORCH_CONF: '/nowhere' },
    ];
    for (const env of faults) {
      const session = JSON.stringify({ session_id: 's', workspace: { current_dir: '/' } });
      const result = await orch(['usage', 'status', '--statusline'], { env, stdin: session });
      expect(result).toMatchObject({ status: 0, stderr: '' });
      expect(result.stdout).toMatch(/^orch: .+\n$/);
    }
    const { status, stderr } = await orch(['usage', 'status'], { env: { ORCH_USAGE_CSV: folder() } });
    expect(status).toBe(2);
    expect(stderr).toContain('could not be read');
  });
});
