/** --auto-context: what is found for a task goes along, and every surface shows what that is. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, provider, repository } from '../helpers/orch.ts';

const files: Record<string, string> = {
  'src/cart.ts': 'export function total(items) {\n  return sum(items);\n}\n',
  'src/tax.ts': 'export function computeTax(amount) {\n  return amount * vatRate;\n}\n',
  ...Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`src/part${at}.ts`, `let part = ${at};\n`])),
  '.gitignore': 'ignored/\n',
};
const task = ['refactor', 'apply computeTax with the vatRate'];
const found = { path: 'src/tax.ts', start: 1, end: 3, tokens: 22 };
const shown = 'context: src/tax.ts:1-3 (22 tokens)\n';

const inputOf = ({ requests }: { requests: readonly unknown[] }) =>
  requests.map((request) => (request as { body: { input: string } }).body.input).join('\n');

it('a call sends what was found, says so, and lists it in the result', async () => {
  const cwd = await repository(files);
  const { env, server } = await provider({ answer: { kind: 'text', text: '# Tax\n' } });
  const args = ['run', ...task, '--return', 'text', '--auto-context'];
  // The repository is searched wherever in it one is.
  const { status, stderr } = await orch([...args, '-f', 'cart.ts'], { cwd: join(cwd, 'src'), env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining(shown) });
  expect(inputOf(server)).toContain(`<excerpt path="src/tax.ts" lines="1-3">\n${files['src/tax.ts']}`);
  const { stdout } = await orch([...args, '--json'], { cwd, env });
  expect(JSON.parse(stdout).meta.auto_context).toEqual([found]);
});

it('nothing is found in what git ignores, what looks secret, or what is outside', async () => {
  const cwd = await repository({ ...files, 'src/tax.ts': 'export const nothing = 1;\n' });
  const outside = await repository(files);
  const hidden = {
    [join(cwd, 'ignored/tax.ts')]: files['src/tax.ts']!,
    [join(cwd, '.env.local')]: 'computeTax=vatRate\n',
  };
  mkdirSync(join(cwd, 'ignored'));
  for (const [path, text] of Object.entries(hidden)) writeFileSync(path, text);
  symlinkSync(join(outside, 'src/tax.ts'), join(cwd, 'src/link.ts'));
  const { stdout } = await orch(['route', ...task, '--auto-context', '--json'], { cwd });
  expect(JSON.parse(stdout).auto_context).toEqual([]);
});

it('route --explain and --dry-run show it, and count it', async () => {
  const cwd = folder(files);
  const route = async (...flags: string[]) =>
    JSON.parse((await orch(['route', ...task, '--json', ...flags], { cwd })).stdout);
  const [plain, more] = [await route(), await route('--context-tokens', '500')];
  expect(plain).not.toHaveProperty('auto_context');
  expect(more.auto_context).toEqual([found]);
  expect(more.size).toBeGreaterThan(plain.size + found.tokens);
  const explained = await orch(['route', '--explain', ...task, '--auto-context'], { cwd });
  expect(explained.stdout).toContain(`\n${shown}`);
  const dry = await orch(['run', ...task, '--auto-context', '--dry-run'], { cwd });
  expect(dry.stdout).toContain(`\n${shown}`);
});

it('the user may turn it on for good, and off for a call; a repository may only turn it off', async () => {
  const on = JSON.stringify({ retrieval: { autoContext: true } });
  const off = JSON.stringify({ retrieval: { autoContext: false } });
  const user = { XDG_CONFIG_HOME: folder({ 'orch/policies.json': on }) };
  const isOn = async (cwd: string, env: Record<string, string>, ...flags: string[]) => {
    const { stdout } = await orch(['route', ...task, '--json', ...flags], { cwd, env });
    return 'auto_context' in JSON.parse(stdout);
  };
  expect(await isOn(folder(files), user)).toBe(true);
  expect(await isOn(folder(files), user, '--no-auto-context')).toBe(false);
  expect(await isOn(folder({ ...files, '.orch/policies.json': off }), user)).toBe(false);
  expect(await isOn(folder({ ...files, '.orch/policies.json': on }), {})).toBe(false);
});

it('every delegating tool takes it', async () => {
  const client = await connectInProcess({ cwd: folder(files), env: { ORCH_REHEARSE: '1' } });
  const input = { input: 'apply computeTax with the vatRate', files: ['src/cart.ts'], autoContext: true };
  for (const [tool, more] of [
    ['delegate.run', { task: 'code_generate', contextTokens: 500 }],
    ['delegate.diff', {}],
    ['delegate.tests', {}],
    ['delegate.docs', {}],
  ] as const) {
    const { structuredContent } = await call(client, tool, { ...input, ...more });
    expect(structuredContent!.meta, tool).toMatchObject({ auto_context: [found] });
  }
  const { structuredContent } = await call(client, 'route.explain', { ...input, task: 'refactor' });
  expect(structuredContent).toMatchObject({ auto_context: [found] });
});
