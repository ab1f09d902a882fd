/** `orch tests --verify` puts the model's file in the place of the user's: whatever ends it, the bytes come back. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { orch as builtOrch, collect, folder, spawnOrch } from '../helpers/orch.ts';

const run = promisify(execFile);
const args = ['tests', 'test it', '-l', 'javascript', '--rehearse', '--force'];
const old = Buffer.from([0xff, 0x00, 0x0a, 0xc3]);
const offline = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };

/** A run whose command waits, with the model's file in place. */
async function verifying(before: Buffer | undefined, { cwd = folder(), state = folder() } = {}) {
  const env = { ...offline, XDG_STATE_HOME: state };
  const file = join(cwd, 'x.test.js');
  if (before) {
    writeFileSync(file, before);
    chmodSync(file, 0o640);
  }
  const ready = join(folder(), 'ready');
  await run('mkfifo', [ready]);
  const started = run('cat', [ready]);
  const child = spawnOrch([...args, '-o', 'x.test.js', '--verify', `echo $$ > ${ready}; exec sleep 600`], {
    cwd,
    env,
  });
  child.stdin.end();
  const result = collect(child);
  const group = -Number((await started).stdout);
  const kill = () => {
    try {
      process.kill(group, 'SIGKILL');
    } catch {
      // The command has ended.
    }
  };
  onTestFinished(kill);
  expect(readFileSync(file).equals(old)).toBe(false);
  return {
    cwd,
    file,
    journal: join(state, 'orch/journal'),
    child,
    result,
    next: (...more: string[]) => orch([...args, ...more], { cwd, env }),
    async killed() {
      child.kill('SIGKILL');
      kill();
      await result;
    },
  };
}

/** What a killed run leaves of `old`, which is the same for every test, so only one is killed. */
const room = realpathSync(mkdtempSync(join(tmpdir(), 'orch-killed-')));
const [cwd, state, kept] = ['cwd', 'state', 'kept'].map((name) => join(room, name)) as [
  string,
  string,
  string,
];
afterAll(() => rmSync(room, { recursive: true }));

async function killedRun() {
  if (!existsSync(kept)) {
    for (const path of [cwd, state]) mkdirSync(path);
    await (await verifying(old, { cwd, state })).killed();
    for (const path of [cwd, state]) cpSync(path, join(kept, basename(path)), { recursive: true });
  }
  for (const path of [cwd, state]) {
    // The journal knows the folder itself, which stays.
    for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
    cpSync(join(kept, basename(path)), path, { recursive: true });
  }
  const file = join(cwd, 'x.test.js');
  expect(readFileSync(file).equals(old)).toBe(false);
  const env = { ...offline, XDG_STATE_HOME: state };
  return {
    file,
    journal: join(state, 'orch/journal'),
    next: (...more: string[]) => orch([...args, ...more], { cwd, env }),
  };
}

const putBack = 'was restored to its content before a run that was killed';

describe.runIf(process.platform !== 'win32')('a run with --verify', () => {
  // SIGTERM: below. All signals: interrupt.test.ts.
  it('that is ended by SIGINT puts the file back', async () => {
    const { file, journal, child, result } = await verifying(old);
    child.kill('SIGINT');
    expect((await result).status).toBe(130);
    expect(readFileSync(file)).toEqual(old);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(journal)).toEqual([]);
  });

  it('that is killed is made good by the next one, which says so on one line', async () => {
    const { file, journal, next } = await killedRun();
    const { status, stderr } = await next('-o', 'x.test.js', '--verify', 'false');
    expect(status).toBe(5);
    expect(stderr.split('\n').filter((line) => line.includes(putBack))).toHaveLength(1);
    expect(readFileSync(file)).toEqual(old);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(journal)).toEqual([]);
  });

  it('says it in meta, and in the details of an error', async () => {
    const { next } = await killedRun();
    const refused = await next('-o', 'x.test.js', '--verify', 'false', '--json');
    const warnings = [`x.test.js ${putBack}`];
    expect(JSON.parse(refused.stdout).error.details.warnings).toEqual(warnings);

    const again = await killedRun();
    const { status, stdout } = await again.next('-o', 'x.test.js', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout).meta.warnings).toContain(warnings[0]);
  });

  it('that is killed leaves no new file after the next one', async () => {
    const { cwd, killed, next } = await verifying(undefined);
    await killed();
    const { stderr } = await next('-o', 'x.test.js', '--verify', 'false');
    expect(stderr).toContain('x.test.js was removed: it was left behind by a run that was killed');
    expect(existsSync(join(cwd, 'x.test.js'))).toBe(false);
  });

  it('that is killed is made good through a link to the file', async () => {
    const { file, next } = await killedRun();
    symlinkSync('x.test.js', join(cwd, 'link.js'));
    const { stderr } = await next('-o', './link.js', '--verify', 'false');
    expect(stderr).toContain(putBack);
    expect(readFileSync(file)).toEqual(old);
  });

  it('that is killed does not undo what the user has done since', async () => {
    const { file, journal, next } = await killedRun();
    writeFileSync(file, 'by the user');
    const { stderr } = await next('-o', 'x.test.js', '--verify', 'false');
    expect(readFileSync(file, 'utf8')).toBe('by the user');
    const saved = join(journal, readdirSync(journal)[0]!);
    expect(stderr).toContain(saved);
    expect(readFileSync(join(saved, 'x.test.js'))).toEqual(old);
  });

  it('keeps another one away from its file, before anything is sent', async () => {
    const { file, child, result, next } = await verifying(old);
    const { status, stdout } = await next('-o', 'x.test.js', '--verify', 'false', '--json');
    expect({ status, code: JSON.parse(stdout).error.code }).toEqual({ status: 2, code: 'write-failed' });
    expect(readFileSync(file).equals(old)).toBe(false);
    child.kill('SIGTERM');
    await result;
    expect(readFileSync(file)).toEqual(old);
  });

  it('keeps what another program wrote while the command ran', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'x.test.js'), old);
    const verify = ['-o', 'x.test.js', '--verify', 'printf edited > x.test.js; exit 1'];
    const { status, stderr } = await orch([...args, ...verify], {
      cwd,
      env: { ...offline, XDG_STATE_HOME: folder() },
    });
    expect(status).toBe(5);
    expect(readFileSync(join(cwd, 'x.test.js'))).toEqual(old);
    const kept = /that version is kept in (\S+\.saved\/x\.test\.js)/.exec(stderr)?.[1];
    expect(readFileSync(kept!, 'utf8')).toBe('edited');
  });

  it('changes nothing where the old bytes cannot be saved: a full disk', async () => {
    const cwd = folder();
    const large = Buffer.alloc(300_000, 'x');
    writeFileSync(join(cwd, 'x.test.js'), large);
    // Blocks of 1024 bytes: the result fits, the old bytes do not.
    const { status, stdout } = await builtOrch(
      [...args, '-o', 'x.test.js', '--verify', 'touch started', '--json'],
      {
        cwd,
        env: { ...offline, XDG_STATE_HOME: folder() },
        through: ['bash', '-c', 'ulimit -f 200; exec "$0" "$@"'],
      },
    );
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'write-failed',
      message: expect.stringMatching(
        /the old content cannot be backed up in .* \(EFBIG\); nothing was changed/,
      ),
    });
    expect(readFileSync(join(cwd, 'x.test.js')).equals(large)).toBe(true);
    expect(existsSync(join(cwd, 'started'))).toBe(false);
  });
});
