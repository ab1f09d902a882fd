import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonLog } from '../../../src/adapters/ledger/json-log.ts';
import { logLevels } from '../../../src/core/config/environment.ts';
import { folder } from '../../helpers/orch.ts';

function written(
  options: Partial<Parameters<typeof jsonLog>[0]>,
  ...calls: Record<string, unknown>[]
): string[] {
  const lines: string[] = [];
  const clean = (text: string) => text;
  const log = jsonLog({
    clean,
    level: 'info',
    file: undefined,
    write: (line) => lines.push(line),
    ...options,
  });
  for (const call of calls) log.call(call);
  return lines;
}

describe('the log', () => {
  it('is one line of JSON per call', () => {
    const lines = written({}, { task: 'docs', note: 'a\nb\r\n\u2028' }, { task: 'tests' });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^[^\n\r]+\n$/);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'call', task: 'docs', note: 'a\nb\r\n\u2028' },
      { event: 'call', task: 'tests' },
    ]);
  });

  it('begins at the level of information', () => {
    const lines = logLevels.map((level) => written({ level }, { task: 'docs' }).length);
    expect(Object.fromEntries(logLevels.map((level, index) => [level, lines[index]]))).toEqual({
      silent: 0,
      error: 0,
      warn: 0,
      info: 1,
      debug: 1,
    });
  });

  it('is added to a file for its owner alone, in a folder that it makes', () => {
    const file = join(folder(), 'new/logs/orch.jsonl');
    expect(written({ file }, { run: 1 })).toEqual([]);
    written({ file }, { run: 2 });
    expect(readFileSync(file, 'utf8')).toBe('{"event":"call","run":1}\n{"event":"call","run":2}\n');
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    [
      'a file that cannot be written',
      () => {
        const file = join(folder(), 'taken');
        mkdirSync(file);
        return { file };
      },
    ],
    ['a folder that cannot be made', () => ({ file: join(folder({ taken: '' }), 'taken/orch.jsonl') })],
    [
      'a stream that is closed',
      () => ({
        write: () => {
          throw new Error('EPIPE');
        },
      }),
    ],
  ])('fails no call: %s', (_, options) => {
    expect(() => written(options(), { task: 'docs' })).not.toThrow();
  });

  it('fails no call: what JSON cannot hold', () => {
    const line: Record<string, unknown> = { count: 1n };
    line.self = line;
    expect(() => written({}, line)).not.toThrow();
  });
});

describe.runIf(process.platform !== 'win32')('a log file', () => {
  it('is not written through a link that leads out of a root or into .git, or to a pipe that nobody reads', () => {
    const top = folder();
    mkdirSync(join(top, 'repo/.git/hooks'), { recursive: true });
    mkdirSync(join(top, 'outside'));
    symlinkSync('../outside/new', join(top, 'repo/file'));
    symlinkSync('../outside', join(top, 'repo/logs'));
    symlinkSync('.git/hooks/post-merge', join(top, 'repo/hook'));
    execFileSync('mkfifo', [join(top, 'repo/pipe')]);
    for (const path of ['file', 'logs/new', 'hook', '.git/hooks/x', 'pipe']) {
      written({ file: join(top, 'repo', path), roots: () => [join(top, 'repo')] }, { task: 'docs' });
    }
    expect([...readdirSync(join(top, 'outside')), ...readdirSync(join(top, 'repo/.git/hooks'))]).toEqual([]);
  });

  it('is written through links that stay inside and through those of the user', () => {
    const top = folder();
    mkdirSync(join(top, 'repo/real'), { recursive: true });
    symlinkSync('real', join(top, 'repo/logs'));
    symlinkSync('repo/real', join(top, 'mine'));
    for (const path of ['repo/logs/a.jsonl', 'mine/b.jsonl']) {
      written({ file: join(top, path), roots: () => [join(top, 'repo')] }, { task: 'docs' });
    }
    expect(readdirSync(join(top, 'repo/real'))).toEqual(['a.jsonl', 'b.jsonl']);
  });
});
