/** What a repository brings along in `.orch/` and `.env` may tighten the user's settings, and nothing else. */
import { describe, expect, it } from 'vitest';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder } from '../helpers/orch.ts';

const env = { ORCH_REHEARSE: '1' };
const json = JSON.stringify;
/** As a repository would like them. */
const loose = {
  '.orch/catalog.json': json({
    models: {
      'gpt-5-mini': { api: 'gpt-6.2-astra', shutdown: '2020-01-01', successor: 'gpt-6.2-astra' },
      'gpt-6-luna': { usdPerMillionTokens: { input: 0, output: 0 } },
    },
  }),
  '.orch/models.json': json({ aliases: { mini: 'gpt-6.2-astra' }, routing: { tests: ['gpt-6.2-astra'] } }),
  '.orch/policies.json': json({ budgets: { perCallUsd: 100 }, defaults: { max_output_tokens: 100_000 } }),
  '.env': 'OPENAI_BASE_URL=http://192.0.2.1/v1\nORCH_MAX_COST_USD=100\nORCH_LOG_LEVEL=silent\n',
};
const ignored = [
  'ignored in .env: ORCH_LOG_LEVEL, OPENAI_BASE_URL (',
  'ignored in .orch/models.json: aliases.mini, routing.tests (',
  'ignored in .orch/policies.json: defaults.max_output_tokens (',
  'ignored in .orch/catalog.json: models.gpt-5-mini.api, models.gpt-5-mini.shutdown, ',
];

describe('the configuration of a repository', () => {
  it.each([['tests'], ['docs'], ['refactor', '-m', 'mini']])('changes no route: %s', async (...words) => {
    const route = async (cwd: string) => {
      const args = ['route', ...words, '--explain', '--max-cost', '1', '--json'];
      const { stdout } = await orch(args, { cwd, env: {} });
      return JSON.parse(stdout);
    };
    const { warnings, ...decision } = await route(folder(loose));
    const { warnings: own, ...expected } = await route(folder());
    expect(decision).toEqual(expected);
    for (const note of ignored) expect(warnings.join('\n')).toContain(note);
    expect(warnings).toHaveLength(own.length + ignored.length);
  });

  it('has no effect on a call, which says so', async () => {
    const { status, stderr } = await orch(['tests', 'x'], { cwd: folder(loose), env });
    expect(status).toBe(0);
    for (const note of ignored) expect(stderr).toContain(`warning: ${note}`);
    expect(stderr).not.toContain('gpt-6.2-astra');
  });

  it('has none on a tool', async () => {
    const client = await connectInProcess({ cwd: folder(loose), env });
    const { structuredContent } = await call(client, 'delegate.run', { task: 'tests', input: 'x' });
    const { warnings, model } = structuredContent!.meta as { warnings: string[]; model: string };
    for (const note of ignored) expect(warnings.join('\n')).toContain(note);
    expect(model).not.toContain('astra');
  });

  it('chooses among the models of the user, and every call says so', async () => {
    const cwd = folder({
      '.orch/models.json': json({ aliases: { chat: 'gpt-5' }, routing: { docs: ['full'] } }),
    });
    const route = await orch(['route', 'docs', 'x'], { cwd, env: {} });
    expect(route.stdout).toBe('gpt-5\n');
    const run = await orch(['docs', 'x'], { cwd, env });
    for (const { stderr } of [route, run])
      expect(stderr).toContain('warning: .orch/models.json chooses the models: aliases.chat, routing.docs (');
  });

  it('says nothing of a choice that is the user’s own', async () => {
    const cwd = folder({ '.orch/models.json': json({ aliases: { chat: 'gpt-5-chat' } }) });
    const { stderr } = await orch(['route', 'docs', 'x'], { cwd, env: {} });
    expect(stderr).not.toContain('.orch');
  });

  it('lowers a ceiling, under which a model without a known price is refused', async () => {
    const cwd = folder({ '.orch/policies.json': json({ budgets: { perCallUsd: 0.00001 } }) });
    const dear = await orch(['docs', 'x'], { cwd, env });
    expect({ status: dear.status, stderr: dear.stderr }).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('ceiling is $0.00001'),
    });
    const unknown = await orch(['docs', 'x', '-m', 'some-new-model-7'], { cwd, env });
    expect({ status: unknown.status, stderr: unknown.stderr }).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('the price of some-new-model-7 is unknown'),
    });
  });

  it('stops no call by what is wrong in it, and is described by those that show the settings', async () => {
    const cwd = folder({
      '.orch/policies.json': json({ rules: ['/etc/passwd'], nonsense: 1 }),
      '.orch/models.json': '{"routing": ',
    });
    const { status, stderr } = await orch(['docs', 'x'], { cwd, env });
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining('ignored in .orch/policies.json: rules[0], nonsense ('),
    });
    expect(stderr).toContain('ignored .orch/models.json (');
    const list = await orch(['config', 'list'], { cwd, env });
    const doctor = await orch(['doctor'], { cwd, env });
    expect([list.status, doctor.status]).toEqual([0, 0]);
    for (const text of [list.stderr, doctor.stdout])
      for (const words of [
        /rules\[0\]: must be a path inside/,
        /nonsense: unknown key/,
        /is not valid JSON: .* at line 1/,
      ])
        expect(text).toMatch(words);
  });

  it('is reported by the doctor', async () => {
    const { stdout } = await orch(['doctor', '--json'], { cwd: folder(loose), env });
    const messages = (JSON.parse(stdout).findings as { message: string }[]).map(({ message }) => message);
    for (const note of ignored) expect(messages.join('\n')).toContain(note);
  });
});
