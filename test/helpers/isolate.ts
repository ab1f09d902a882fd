/** Runs before every test file: nothing of the developer's own home, key or settings may reach a test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'orch-test-home-'));
for (const name of Object.keys(process.env)) {
  if (/^(ORCH_|OPENAI_|XDG_|(HTTPS?|NO|ALL)_PROXY$)/i.test(name)) delete process.env[name];
}
process.env.HOME = home;
process.env.USERPROFILE = home;
process.env.GIT_CONFIG_GLOBAL = join(home, 'gitconfig');
process.env.GIT_CONFIG_NOSYSTEM = '1';

afterAll(() => rmSync(home, { recursive: true, force: true }));
