/** The built bundle and the compiled code beside it: quick where it fits, never needed, never stale. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeFile } from '../../src/boot/start.ts';
import { bareEnvironment, folder, packageFolder } from '../helpers/orch.ts';

describe('the bundle', () => {
  let copy = '';
  let bundle = '';

  beforeEach(() => {
    copy = folder();
    for (const part of ['bin', 'dist', 'conf', 'package.json']) {
      cpSync(join(packageFolder, part), join(copy, part), { recursive: true, preserveTimestamps: true });
    }
    bundle = join(copy, 'dist', 'orch.js');
  });

  const help = (env = {}) =>
    execFileSync(process.execPath, [join(copy, 'bin', 'orch.js'), '--help'], {
      encoding: 'utf8',
      env: bareEnvironment(env),
    });

  /** Flags of the tests' own process would make V8 refuse the code. */
  const isTaken = (env = {}) => {
    const script = `
      const { compiledCode, runScript } = require(${JSON.stringify(join(copy, 'dist', 'start.js'))});
      const code = compiledCode(${JSON.stringify(bundle)});
      console.log(code && runScript(${JSON.stringify(bundle)}, code).script.cachedDataRejected === false);`;
    return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', env: bareEnvironment(env) });
  };

  const spoil = (at: number) => {
    const code = readFileSync(codeFile(bundle));
    code.fill(0xa5, at, at + 4096);
    writeFileSync(codeFile(bundle), code);
  };

  it('is built with compiled code that V8 takes', () => {
    expect(isTaken()).toBe('true\n');
  });

  it('works with flags for which the code was not compiled', () => {
    const env = { NODE_OPTIONS: '--max-old-space-size=300' };
    expect(isTaken(env)).toBe('false\n');
    expect(help(env)).toMatch(/^Usage: orch /);
  });

  it.each([
    ['is missing', () => rmSync(codeFile(bundle))],
    ['is cut', () => writeFileSync(codeFile(bundle), readFileSync(codeFile(bundle)).subarray(0, 1000))],
    ['is spoilt in the middle', () => spoil(300_000)],
    ['is spoilt at its beginning', () => spoil(64)],
    ['is spoilt at its end', () => spoil(readFileSync(codeFile(bundle)).length - 4096)],
    ['is empty', () => writeFileSync(codeFile(bundle), '')],
  ])('works where the compiled code %s', (_, damage) => {
    damage();
    expect(help()).toMatch(/^Usage: orch /);
  });

  it('never runs compiled code that is older than itself', () => {
    const changed = readFileSync(bundle, 'latin1').replace('Print this help', 'PRINT THIS HELP');
    writeFileSync(bundle, changed, 'latin1');
    const later = new Date(Date.now() + 5000);
    utimesSync(bundle, later, later);
    expect(help()).toContain('PRINT THIS HELP');
  });

  it('is ASCII, as it is read', () => {
    expect(readFileSync(bundle, 'latin1')).not.toMatch(/[\x80-\xff]/);
  });
});
