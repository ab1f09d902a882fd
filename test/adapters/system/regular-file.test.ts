import { execFileSync } from 'node:child_process';
import { chmodSync, openSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readRegularFile } from '../../../src/adapters/system/regular-file.ts';
import { folder } from '../../helpers/orch.ts';

const posix = process.platform !== 'win32';

it('a file is read, by way of a link too', () => {
  const top = folder({ a: 'text', empty: '' });
  chmodSync(join(top, 'a'), 0o755);
  symlinkSync('a', join(top, 'link'));
  for (const name of ['a', 'link'])
    expect(readRegularFile(join(top, name), 4)).toEqual({ bytes: Buffer.from('text'), executable: true });
  expect(readRegularFile(join(top, 'empty'), 4)).toEqual({ bytes: Buffer.alloc(0), executable: false });
});

it('a file that is too large is not', () => {
  const path = join(folder({ a: 'x'.repeat(1024 * 1024 + 1) }), 'a');
  expect(readRegularFile(path, 1024 * 1024)).toEqual({
    bytes: undefined,
    fault: 'too-large',
    message: 'is larger than 1 MB',
  });
  expect(readRegularFile(path, 1024 * 1024 + 1).bytes).toHaveLength(1024 * 1024 + 1);
});

it('what is missing is named so, below a file too', () => {
  const top = folder({ file: '' });
  symlinkSync('nowhere', join(top, 'broken'));
  for (const name of ['none', 'broken', 'file/below'])
    expect(readRegularFile(join(top, name), 1)).toMatchObject({ fault: 'missing' });
  symlinkSync('loop', join(top, 'loop'));
  expect(readRegularFile(join(top, 'loop'), 1)).toMatchObject({
    fault: 'unreadable',
    message: 'cannot be read (ELOOP)',
  });
});

it.runIf(posix)('anything but a file is refused without waiting for it', async () => {
  const top = folder();
  execFileSync('mkfifo', [join(top, 'fifo')]);
  symlinkSync('/dev/zero', join(top, 'zero'));
  const server = createServer().listen(join(top, 'socket'));
  onTestFinished(() => void server.close());
  await new Promise((listening) => server.once('listening', listening));
  for (const name of ['fifo', 'zero', 'socket'])
    expect(readRegularFile(join(top, name), 9)).toEqual({
      bytes: undefined,
      fault: 'irregular',
      message: 'is not a regular file',
    });
  expect(readRegularFile(top, 9)).toMatchObject({ fault: 'irregular', message: 'is a folder' });
});

it.runIf(posix)('what takes the place of a file before it is opened is refused as well', () => {
  const path = join(folder({ a: 'text', long: 'x'.repeat(1024 * 1024 + 1) }), 'a');
  const swapped = (swap: () => void) =>
    readRegularFile(path, 1024 * 1024, (...given) => {
      swap();
      return openSync(...given);
    });
  expect(swapped(() => renameSync(path.replace(/a$/, 'long'), path))).toMatchObject({ fault: 'too-large' });
  writeFileSync(path, 'text');
  const device = () => {
    rmSync(path);
    symlinkSync('/dev/null', path);
  };
  expect(swapped(device)).toMatchObject({ fault: 'irregular' });
});

it.runIf(process.platform === 'linux')('a file that claims to be empty is read up to the limit', () => {
  expect(readRegularFile('/proc/self/stat', 1024).bytes?.toString()).toContain(`${process.pid} (`);
  expect(readRegularFile('/proc/self/stat', 8)).toMatchObject({ fault: 'too-large' });
});

it.runIf(posix && process.getuid?.() !== 0)('a file that is closed to the user is named so', () => {
  const path = join(folder(), 'closed');
  writeFileSync(path, '', { mode: 0 });
  expect(readRegularFile(path, 9)).toMatchObject({ message: 'cannot be read (EACCES)' });
});
