/** What is added to orch costs the starts of other commands nothing: each loads these files of dist/ and no other. */
import { execFile } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { initialize } from '../helpers/mcp.ts';
import { bareEnvironment, folder, packageFolder } from '../helpers/orch.ts';

const dist = join(packageFolder, 'dist');
/** Writes what has been loaded to stderr. */
const observer = `process.on('exit', () => process._rawDebug('loaded ' + JSON.stringify(Object.keys(require.cache))));`;

async function loadedBy(args: readonly string[], input: string): Promise<string[]> {
  const hook = folder({ 'observer.cjs': observer });
  const orch = promisify(execFile)(
    process.execPath,
    ['--require', join(hook, 'observer.cjs'), join(packageFolder, 'bin', 'orch.js'), ...args],
    {
      cwd: folder({ 'a.ts': 'let a = 1;\n' }),
      // Files of which the compiled code is kept are not loaded by Node itself.
      env: bareEnvironment({ NODE_DISABLE_COMPILE_CACHE: '1', XDG_STATE_HOME: folder() }),
    },
  );
  orch.child.stdin?.end(input);
  const { stderr } = await orch;
  const paths: string[] = JSON.parse(/^loaded (.*)$/m.exec(stderr)![1]!);
  return paths.filter((path) => dirname(path) === dist).map((path) => basename(path, '.js'));
}

const requests = [initialize, { id: 2, method: 'tools/list' }];
const conversation = requests
  .map((request) => `${JSON.stringify({ jsonrpc: '2.0', ...request })}\n`)
  .join('');

it.each([
  ['--version', ['start']],
  ['--help', ['start', 'core']],
  ['route --explain docs x', ['start', 'core', 'command', 'requests']],
  ['route --explain docs x -f a.ts', ['start', 'core', 'command', 'requests', 'sources']],
  ['route --explain docs x --auto-context', ['start', 'core', 'command', 'requests', 'search']],
  ['run docs x --dry-run', ['start', 'core', 'command', 'requests']],
  ['usage status', ['start', 'core', 'command', 'usage', 'report']],
  ['models', ['start', 'core', 'command', 'setup']],
  ['serve --stdio', ['start', 'core', 'mcp', 'command', 'requests', 'search-operation', 'usage']],
  ['search alpha', ['start', 'core', 'command', 'search-operation', 'search']],
  [
    'run docs x --rehearse',
    ['start', 'core', 'command', 'requests', 'sources', 'delegation', 'rehearsal', 'provider', 'http'],
  ],
  [
    'run refactor x -f a.ts --rehearse',
    [
      'start',
      'core',
      'command',
      'requests',
      'sources',
      'delegation',
      'rehearsal',
      'provider',
      'http',
      'syntax',
    ],
  ],
])('orch %s', async (line, files) => {
  const input = line.startsWith('serve') ? conversation : '';
  expect((await loadedBy(line.split(' '), input)).sort()).toEqual([...files].sort());
});
