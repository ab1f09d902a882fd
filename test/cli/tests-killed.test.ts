/** A command of `--verify` runs in a copy: whatever ends it, the user's tree has never been touched. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { photograph } from '../adapters/sandbox/photograph.ts';
import { collect, folder, orch, spawnOrch } from '../helpers/orch.ts';

const args = ['tests', 'test it', '-l', 'javascript', '--rehearse', '--force', '-o', 'x.test.js'];
const waits = 'cp {} started; echo $$ > pid; exec sleep 613';

/** A run whose command waits, with the model's file in its copy. */
async function verifying(...more: string[]) {
  const cwd = folder({ 'x.test.js': Buffer.from([0xff, 0x00, 0x0a, 0xc3]), 'a.js': 'a\n' });
  const [temporary, state] = [folder(), folder()];
  const env = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', TMPDIR: temporary, XDG_STATE_HOME: state };
  const before = photograph(cwd);
  const child = spawnOrch([...args, '--verify', waits, ...more], { cwd, env });
  child.stdin.end();
  const result = collect(child);
  const copies = () => readdirSync(temporary).filter((name) => existsSync(join(temporary, name, 'tree')));
  await vi.waitFor(
    () => expect(readFileSync(join(temporary, copies()[0]!, 'tree/pid'), 'utf8')).toMatch(/\d\n/),
    { timeout: 30_000, interval: 20 },
  );
  expect(photograph(cwd)).toEqual(before);
  return { cwd, env, before, child, result, copies };
}

/** Processes that the command has become, in whatever namespace. */
function sleepers(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1') === 'sleep\x00613\x00';
    } catch {
      return false;
    }
  });
}

describe.runIf(process.platform === 'linux')('a run with --verify', () => {
  it.each(['auto', 'off'])(
    'that is interrupted leaves neither copy nor process: --sandbox %s',
    async (when) => {
      const { cwd, before, child, result, copies } = await verifying('--sandbox', when);
      expect(sleepers()).toHaveLength(1);
      child.kill('SIGINT');
      expect((await result).status).toBe(130);
      expect(photograph(cwd)).toEqual(before);
      expect(copies()).toEqual([]);
      await vi.waitFor(() => expect(sleepers()).toEqual([]));
    },
  );

  it('that is killed leaves the tree alone, and its copy to the next one', async () => {
    const { cwd, env, before, child, result, copies } = await verifying();
    child.kill('SIGKILL');
    await result;
    expect(photograph(cwd)).toEqual(before);
    await vi.waitFor(() => expect(sleepers()).toEqual([]));
    const { status } = await orch([...args, '--verify', 'test -s {} && exit 1'], { cwd, env });
    expect(status).toBe(5);
    await vi.waitFor(() => expect(copies()).toEqual([]));
    expect(photograph(cwd)).toEqual(before);
  });
});
