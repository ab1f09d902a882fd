import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { missingCommand } from '../../../src/adapters/workspace/missing-command.ts';
import { folder } from '../../helpers/orch.ts';

function stage() {
  const cwd = folder({ 'check.sh': '', 'bin/runner': '' });
  mkdirSync(join(cwd, 'tools'));
  writeFileSync(join(cwd, 'tools/c++'), '');
  return { cwd, variables: { PATH: `${join(cwd, 'tools')}:bin` } };
}

describe.runIf(process.platform !== 'win32')('the program of a command', () => {
  it.each([
    'nosuchcmd',
    'nosuchcmd {}',
    '  no-such.cmd --x "a b"',
    './nosuch.sh',
    'bin/nosuch {}',
    'check.sh',
  ])('is missing: %s', (command) => {
    expect(missingCommand(command, stage())).toBe(command.trim().split(' ')[0]);
  });

  it.each([
    ...[
      'runner',
      'c++ x',
      './check.sh {}',
      'bin/runner',
      'test -f {}',
      'cd x && nosuch',
      '. ./env',
      'exit 1',
    ],
    ...[
      'FOO=1 nosuch',
      '"no such" x',
      "'nosuch'",
      '$RUNNER x',
      '~/bin/nosuch',
      '(nosuch)',
      '! nosuch',
      '{}',
      '',
    ],
    ...[
      'nosuch; true',
      'nosuch|cat',
      'nosuch>x',
      'no*such',
      '# nosuch',
      'time nosuch',
      '\\nosuch',
      '`nosuch`',
    ],
  ])('is there, or it is not certain that it is not: %s', (command) => {
    expect(missingCommand(command, stage())).toBeUndefined();
  });

  it('may be a function that bash was given', () => {
    const { cwd, variables } = stage();
    const given = { ...variables, 'BASH_FUNC_check%%': '() {  true\n}' };
    expect(missingCommand('check', { cwd, variables: given })).toBeUndefined();
    expect(missingCommand('check', { cwd, variables: {} })).toBeUndefined();
  });
});
