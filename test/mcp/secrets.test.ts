/** A file that holds a secret, over MCP. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, provider } from '../helpers/orch.ts';

it('the host sees placeholders; the file that patch.apply writes has the secret', async () => {
  const secret = `gh${'p'}_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3rU6'}`;
  const before = `one\ntoken: ${secret}\n`;
  const { env: provided, server } = await provider({
    answer: { kind: 'text', text: searchReplace('a.yml', 'one', '1') },
  });
  const env = { ...provided, XDG_STATE_HOME: folder() };
  const cwd = folder({ 'a.yml': before });
  const client = await connectInProcess({ env, cwd });
  const result = await call(client, 'delegate.diff', { input: 'digits', files: ['a.yml'] });
  expect(result.isError).toBeFalsy();
  // biome-ignore lint/suspicious/noExplicitAny: its shape is what is tested.
  const { result: patch, meta } = result.structuredContent as any;
  expect(patch).toContain('\u2039redacted:github:1\u203A');
  expect(meta.warnings.join()).toContain('a.yml:2 (github)');
  expect(meta.warnings.join()).toContain(`orch patch apply ${meta.patch.id} (patch.apply)`);
  expect(JSON.stringify([result, server.requests.map(({ body }) => body)])).not.toContain(secret);
  const applied = await call(client, 'patch.apply', { patch_id: meta.patch.id });
  expect(JSON.stringify(applied)).not.toContain(secret);
  expect(readFileSync(join(cwd, 'a.yml'), 'utf8')).toBe(before.replace('one', '1'));
});
