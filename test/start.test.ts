/** The built bundle and the compiled code beside it: quick where it fits, never needed, never stale. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeFile, runScript } from '../src/start.ts';
import { folder, packageFolder } from './helpers/orch.ts';

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

  const help = () =>
    execFileSync(process.execPath, [join(copy, 'bin', 'orch.js'), '--help'], { encoding: 'utf8' });

  it('is built with compiled code that V8 takes', () => {
    const { script } = runScript(bundle, readFileSync(codeFile(bundle)));
    expect(script.cachedDataRejected).toBe(false);
  });

  it.each([
    ['is missing', () => rmSync(codeFile(bundle))],
    ['is cut', () => writeFileSync(codeFile(bundle), readFileSync(codeFile(bundle)).subarray(0, 1000))],
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
