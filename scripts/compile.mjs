/**
 * Keeps what V8 compiled of the bundle beside it, for `src/boot/start.ts` to load. V8 compiles a
 * function when it is first called, so a start of each kind is made first, in a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bundle = fileURLToPath(new URL('../dist/orch.js', import.meta.url));
const { codeFile, runScript, sealed } = createRequire(import.meta.url)('../dist/start.js');

if (process.argv[2] === 'starts') {
  const { bundle: starts, script } = runScript(bundle);
  await starts.main(['route', '--explain', 'refactor', '--file', 'x.ts']);
  await starts.main(['serve', '--stdio']);
  writeFileSync(`${bundle}.part`, sealed(script.createCachedData()));
  renameSync(`${bundle}.part`, codeFile(bundle));
} else {
  const odd = /[^\0-\x7f]/.exec(readFileSync(bundle, 'utf8'));
  if (odd) throw new Error(`the bundle is not ASCII (${JSON.stringify(odd[0])}): write it as an escape`);
  rmSync(codeFile(bundle), { force: true });
  const home = mkdtempSync(join(tmpdir(), 'orch-compile-'));
  writeFileSync(join(home, 'x.ts'), 'export const x = 1;\n');
  const messages = [
    {
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'build', version: '0' },
      },
    },
    { method: 'notifications/initialized' },
    { id: 2, method: 'tools/list' },
  ];
  const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'starts'], {
    cwd: home,
    // Other flags of V8 would make it refuse the code.
    env: {
      PATH: process.env.PATH,
      // Without it Windows opens no socket.
      ...(process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {}),
      HOME: home,
      XDG_CONFIG_HOME: home,
      XDG_STATE_HOME: home,
      ORCH_LOG_LEVEL: 'silent',
    },
    input: messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join(''),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  rmSync(home, { recursive: true, force: true });
  if (child.status !== 0) throw new Error('the bundle did not start: nothing was compiled');
  if (!existsSync(codeFile(bundle))) throw new Error('the bundle ended early: what was compiled is not kept');
}
