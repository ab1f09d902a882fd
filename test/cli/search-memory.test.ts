/** `orch search --memory`, in the process of the test, with a memory server as a real process. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { orchInProcess } from '../helpers/cli.ts';
import { folder } from '../helpers/orch.ts';

const server = fileURLToPath(new URL('../adapters/memory/server.mjs', import.meta.url));
const code = {
  'src/retry.ts': 'export function retryAfter(header: string) {\n  return Number(header);\n}\n',
};
const settings = (how: string, more = {}) => ({
  'orch/policies.json': JSON.stringify({
    retrieval: {
      memory: { command: process.execPath, args: [server, how], tool: 'memory_search', ...more },
    },
  }),
});

async function search(how: string, args: string[] = ['--json'], cwd = folder(code)) {
  const env = { XDG_CONFIG_HOME: folder(settings(how)) };
  return orchInProcess(['search', 'retryAfter', '--memory', ...args], { cwd, env });
}

it('shows what the server remembers below the code', async () => {
  const { status, stdout } = await search('noisy');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    result: {
      results: [{ path: 'src/retry.ts' }],
      memories: [
        { id: '7', text: 'Retries use jitter.', score: 0.9, tags: ['http'] },
        { id: 'b', text: 'Three tries at most.', score: 0.5, tags: [] },
      ],
    },
    meta: { warnings: [] },
  });
  const { stdout: text } = await search('noisy', []);
  expect(text).toContain('\nmemory  0.90  http\n  Retries use jitter.\n');
});

it('shows no secret of a memory, of its tags or its id', async () => {
  const { stdout } = await search('secret');
  const [memory] = JSON.parse(stdout).result.memories;
  expect(memory).toMatchObject({ text: 'The token.', tags: ['http', expect.stringContaining('redacted')] });
  expect(stdout).not.toContain('ghp_');
});

it('shows no secret that the server remembers', async () => {
  const { stdout } = await search('keys');
  expect(JSON.parse(stdout)).toMatchObject({
    result: { memories: [{ text: expect.stringMatching(/^Use \u2039redacted:[a-z-]+:1\u203a\.$/) }] },
    meta: { warnings: [expect.stringMatching(/^1 secret is shown as a placeholder: a memory \(/)] },
  });
});

it('finds the code where the server fails, and says why there are no memories', async () => {
  const { status, stdout, stderr } = await search('fails', []);
  expect(status).toBe(0);
  expect(stdout).toContain('src/retry.ts:1-3');
  expect(stdout).not.toContain('memory');
  expect(stderr).toMatch(/^warning: no memories: \S+ says: no .*embedder$/m);
});

it('needs a server that the user has set up: that of a repository is never started', async () => {
  const marker = join(folder(), 'ran');
  const hostile = { command: '/bin/sh', args: ['-c', `touch ${marker}`], tool: 'memory_search' };
  const cwd = folder({
    ...code,
    '.orch/policies.json': JSON.stringify({ retrieval: { memory: hostile } }),
  });
  const { status, stderr } = await orchInProcess(['search', 'retryAfter', '--memory'], { cwd });
  expect(status).toBe(2);
  expect(stderr).toContain('no memory server is set up');
  expect(existsSync(marker)).toBe(false);
});
