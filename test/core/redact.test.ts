import { describe, expect, it } from 'vitest';
import { redactor } from '../../src/core/redact.ts';

describe('redactor', () => {
  const redact = redactor(['my-own-secret-value', undefined, '']);

  it.each([
    ['Incorrect API key provided: my-own-secret-value.', 'Incorrect API key provided: [redacted].'],
    ['my-own-secret-valuemy-own-secret-value', '[redacted][redacted]'],
    ['key sk-proj-abc_DEF-123456 refused', 'key [redacted] refused'],
    ['rk-1234567 and sk-abcdef1', '[redacted] and [redacted]'],
    ['Authorization: Bearer sk-live-000000', 'Authorization: Bearer [redacted]'],
    ['http://user:word@host:80/v1', 'http://[redacted]@host:80/v1'],
    ['http://user:w@rd@host/v1', 'http://[redacted]@host/v1'],
    ['proxy socks5://me@host failed', 'proxy socks5://[redacted]@host failed'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it.each([
    'a task-oriented desk-organizer that is risk-averse',
    'https://example.com/a@b and mail to x@example.com',
    'https://example.com?mail=x@example.com',
    'sk-1',
    '',
  ])('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('takes the longer of two secrets first, so that no rest of it stays', () => {
    expect(redactor(['abcd', 'abcd-efgh'])('x abcd-efgh y')).toBe('x [redacted] y');
  });

  it('does not take a secret that is too short to be one, which would redact everything', () => {
    expect(redactor(['a'])('banana')).toBe('banana');
  });
});
