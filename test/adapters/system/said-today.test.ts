import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saidToday } from '../../../src/adapters/system/said-today.ts';
import { folder } from '../../helpers/orch.ts';

const monday = '2026-11-23';
const tuesday = '2026-11-24';

describe('saidToday', () => {
  it('is false once a day for each text', () => {
    const state = join(folder(), 'state', 'said');
    expect(saidToday(state, monday, 'a')).toBe(false);
    expect(saidToday(state, monday, 'a')).toBe(true);
    expect(saidToday(state, monday, 'b')).toBe(false);
    expect(saidToday(state, tuesday, 'a')).toBe(false);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });

  it('keeps no mark of another day, whichever way the clock went, and nothing that is not its own', () => {
    const state = folder({ 'notes.txt': 'mine' });
    for (const day of [tuesday, monday, tuesday]) expect(saidToday(state, day, 'a')).toBe(false);
    expect(readdirSync(state)).toHaveLength(2);
    expect(readdirSync(state)).toContain('notes.txt');
  });

  it('is always false where nothing can be kept', () => {
    const path = folder({ file: '' });
    expect(saidToday(join(path, 'file'), monday, 'a')).toBe(false);
    expect(saidToday(join(path, 'file'), monday, 'a')).toBe(false);
    expect(saidToday(join(path, 'file', 'below'), monday, 'a')).toBe(false);
    const closed = folder();
    chmodSync(closed, 0o500);
    if (process.getuid?.() !== 0) {
      saidToday(closed, monday, 'a');
      expect(saidToday(closed, monday, 'a')).toBe(false);
    }
  });

  it('does not follow what somebody has put in place of a mark', () => {
    const state = folder();
    saidToday(state, monday, 'a');
    const [mark] = readdirSync(state);
    writeFileSync(join(state, mark!), 'x');
    expect(saidToday(state, monday, 'a')).toBe(true);
    expect(existsSync(join(state, mark!))).toBe(true);
  });
});
