import { describe, expect, it } from 'vitest';
import { callTimeoutMs, timeoutSetting, timeoutsFor } from '../../../src/core/config/timeouts.ts';
import type { ReasoningEffort } from '../../../src/core/tasks/tasks.ts';
import { givenConfig, routed } from '../../helpers/config.ts';

const asked = (maxOutputTokens: number, effort?: ReasoningEffort) => ({ maxOutputTokens, effort });
const policiesWith = (timeouts: object) => givenConfig({ policies: { timeouts } }).policies;
const { policies: given } = givenConfig();

describe('without settings', () => {
  it('the first sign of life and gaps in the text are waited for as the policy of the package says', () => {
    expect(timeoutsFor(given, 'codex', asked(2048))).toEqual({
      firstEventMs: 45_000,
      thinkingMs: 120_000,
      idleMs: 60_000,
      totalMs: 600_000,
    });
  });

  it.each<[ReasoningEffort | undefined, number]>([
    [undefined, 120_000],
    ['none', 120_000],
    ['medium', 120_000],
    ['high', 300_000],
    ['xhigh', 300_000],
    ['max', 300_000],
  ])('with effort %s a model may think in silence for %d ms', (effort, thinkingMs) => {
    expect(timeoutsFor(given, 'codex', asked(10_240, effort)).thinkingMs).toBe(thinkingMs);
  });

  it.each([
    [16, 600],
    [4320, 600],
    [20_480, 120 + Math.ceil((20_480 * 1000) / 9) / 1000],
    [1e9, 86_400],
  ])(
    'an answer of %d tokens may take %d s, even at the slowest rate that was measured',
    (tokens, seconds) => {
      expect(timeoutsFor(given, 'codex', asked(tokens)).totalMs).toBe(seconds * 1000);
    },
  );

  it('a call may take as long as the slowest of its attempts, and ten minutes at least', () => {
    const { selected, fallbacks } = routed({ task: 'deep_reasoning' });
    const attempts = [selected!, ...fallbacks].map(({ timeouts }) => timeouts);
    expect(callTimeoutMs(attempts)).toBe(Math.max(...attempts.map(({ totalMs }) => totalMs)));
    expect(callTimeoutMs(attempts)).toBeGreaterThan(600_000);
    const short = timeoutsFor(policiesWith({ default: { totalMs: 5 } }), 'codex', asked(20_480, 'high'));
    expect(callTimeoutMs([short])).toBe(600_000);
  });
});

describe('a request in tier flex', () => {
  const flex = { ...asked(2048), serviceTier: 'flex' };

  it('may be queued for a quarter of an hour before it is answered', () => {
    expect(timeoutsFor(given, 'codex', flex)).toEqual({
      firstEventMs: 900_000,
      thinkingMs: 900_000,
      idleMs: 60_000,
      totalMs: 900_000 + Math.ceil((2048 * 1000) / 9),
    });
    expect(timeoutsFor(given, 'codex', { ...flex, serviceTier: 'default' })).toEqual(
      timeoutsFor(given, 'codex', asked(2048)),
    );
  });

  it('may be queued for as long as is set for that, whatever is set for others', () => {
    const policies = policiesWith({
      default: { firstEventMs: 45_000, flexWaitMs: 200_000 },
      mini: { flexWaitMs: 30_000 },
    });
    expect(timeoutsFor(policies, 'codex', flex)).toMatchObject({
      firstEventMs: 200_000,
      thinkingMs: 200_000,
    });
    expect(timeoutsFor(policies, 'mini', flex)).toMatchObject({ firstEventMs: 30_000, thinkingMs: 120_000 });
    expect(timeoutsFor(policies, 'mini', asked(2048)).firstEventMs).toBe(45_000);
  });

  it('is not silent for longer than a limit of all silence allows', () => {
    const policies = policiesWith({ default: { idleMs: 10 } });
    expect(timeoutsFor(policies, 'codex', flex)).toMatchObject({ firstEventMs: 900_000, thinkingMs: 10 });
  });
});

describe('what is set', () => {
  const policies = policiesWith({ default: { idleMs: 10, totalMs: 20 }, mini: { totalMs: 5 } });

  it('holds instead, of the alias or else by default', () => {
    const hard = asked(20_480, 'high');
    const limits = { firstEventMs: 45_000, thinkingMs: 10, idleMs: 10 };
    expect(timeoutsFor(policies, 'mini', hard)).toEqual({ ...limits, totalMs: 5 });
    expect(timeoutsFor(policies, 'codex', hard)).toEqual({ ...limits, totalMs: 20 });
    expect(timeoutsFor(policies, 'constructor', hard)).toEqual({ ...limits, totalMs: 20 });
  });

  it.each([
    [59_999, 59_999],
    [60_000, 300_000],
    [400_000, 400_000],
  ])('as silence of %d ms leaves %d ms for hard thinking', (idleMs, thinkingMs) => {
    const limits = timeoutsFor(policiesWith({ default: { idleMs } }), 'codex', asked(20_480, 'high'));
    expect(limits).toMatchObject({ idleMs, thinkingMs });
  });

  it('has the name of the key that sets it, or would', () => {
    expect(timeoutSetting(policies, 'mini', 'totalMs')).toEqual({
      name: 'timeouts.mini.totalMs',
      isSet: true,
    });
    expect(timeoutSetting(policies, 'mini', 'idleMs')).toEqual({
      name: 'timeouts.default.idleMs',
      isSet: true,
    });
    expect(timeoutSetting(policies, 'mini', 'firstEventMs')).toEqual({
      name: 'timeouts.default.firstEventMs',
      isSet: false,
    });
  });
});
