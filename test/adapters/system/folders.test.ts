import { isAbsolute } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { stateFolder, userConfigFolder } from '../../../src/adapters/system/folders.ts';

it('keeps state out of the working directory when HOME is empty', () => {
  vi.stubEnv('HOME', '');
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const folder of [stateFolder({ HOME: '' }), userConfigFolder({ HOME: '' })])
    expect(isAbsolute(folder), folder).toBe(true);
});

it('ignores relative XDG folders, as the specification requires', () => {
  const state = stateFolder({ HOME: '/home/me', XDG_STATE_HOME: 'state' });
  expect(state).toBe('/home/me/.local/state/orch');
});
