/** A call that fails over MCP says what it has cost, as the command line does. */
import { describe, expect, it } from 'vitest';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call, textOf } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { provider } from '../helpers/orch.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import { byModel, type Scripted } from '../rehearsal/script.ts';

const refusal: Scenario = { kind: 'refusal', text: 'No.' };
const cut: Scenario = { kind: 'cut', after: 1 };

async function failing(answer: Scripted) {
  const { env } = await provider({ answer });
  const client = await connectInProcess({ env });
  const result = await call(client, 'delegate.docs', { input: 'x' });
  expect(result).toMatchObject({ isError: true });
  expect(result.structuredContent).toBeUndefined();
  return { text: textOf(result), env };
}

describe('a failed call', () => {
  it('ends with its cost and its run, as on the command line', async () => {
    const { text, env } = await failing(refusal);
    const line = /\ncost \$0\.0\d+, run [0-9a-f]{32}$/;
    expect(text).toMatch(line);
    const { stderr } = await orch(['docs', 'x'], { env });
    expect(stderr.trimEnd()).toMatch(line);
  });

  it('says what it cost at most when an attempt may have been billed without being counted', async () => {
    const { text } = await failing(
      byModel({ 'gpt-6-luna': [cut, cut], 'gpt-6.1-terra': { kind: 'empty' }, 'gpt-6.2-sol': refusal }),
    );
    expect(text).toMatch(
      /\ncost \$0\.0\d+ to \$0\.\d+ \(an attempt may have been billed\), run [0-9a-f]{32}$/,
    );
  });

  it('names the run also when nothing was billed', async () => {
    const { text } = await failing({
      kind: 'error',
      status: 401,
      message: 'Incorrect API key.',
      code: 'invalid_api_key',
    });
    expect(text).toMatch(/^key-refused: /);
    expect(text).toMatch(/\ncost \$0, run [0-9a-f]{32}$/);
  });
});
