import { describe, expect, it } from 'vitest';
import { exactRedactor, pieceRedactor, redactor } from '../../../src/core/errors/redact.ts';
import { secretsIn } from '../../../src/core/errors/secrets.ts';

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
    ['redis://user:password@word@host/0', 'redis://[redacted]@host/0'],
    ['redis://user:password2@host/0', 'redis://[redacted]@host/0'],
    ['proxy socks5://me@host failed', 'proxy socks5://[redacted]@host failed'],
  ])('%s', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it.each([
    'a task-oriented desk-organizer that is risk-averse',
    'https://example.com/a@b and mail to x@example.com',
    'https://example.com?mail=x@example.com',
    'sk-1',
    'use a URL such as rediss://user:password@budget.example.com:6380/0',
    '',
  ])('leaves %j alone', (text) => {
    expect(redact(text)).toBe(text);
  });

  describe('of a key', () => {
    const key = 'gw_0123456789abcdefSECRETkey99';
    const redactKey = redactor([key]);
    const base64 = (text: string) => Buffer.from(text).toString('base64');

    it.each([
      ['its beginning', key.slice(0, 12)],
      ['its end', key.slice(-10)],
      ['its middle', key.slice(8, 20)],
      ['itself in capitals', key.toUpperCase()],
      ['itself in base64', base64(key)],
      ['a header in base64', base64(`Bearer ${key}`)],
      ['a user and it in base64', base64(`me:${key}`)],
      ['itself in base64 for URLs', Buffer.from(key).toString('base64url')],
      ['itself in hexadecimal digits', Buffer.from(key).toString('hex')],
    ])('%s is not told', (_, told) => {
      const clean = redactKey(`it was "${told}", you see`);
      expect(clean).toMatch(/^it was ".{0,16}\[redacted\].{0,6}", you see$/);
      expect(clean.length).toBeLessThan(50);
    });

    it('what is escaped is not told either', () => {
      const odd = 'a+b/c="d"&e%f 0123456789';
      const redactOdd = redactor([odd]);
      for (const told of [encodeURIComponent(odd), JSON.stringify(odd)])
        expect(redactOdd(told)).not.toMatch(/0123|%2F|d.{1,2}&e/);
    });

    it('text in other letters stays where it is', () => {
      expect(redactKey('İstanbul: wrong')).toContain('stanbul: wrong');
      expect(redactKey('ação ☕ 𝒳')).toBe('ação ☕ 𝒳');
    });
  });

  it.each([
    ['GET https://host/v1?api-key=my-secret&x=1', 'GET https://host/v1?api-key=[redacted]&x=1'],
    ['http://host/v1?x=1&access_token=abc', 'http://host/v1?x=1&access_token=[redacted]'],
    ['(POST /v1?sig=abc%2Fd#there)', '(POST /v1?sig=[redacted]#there)'],
  ])('takes a secret out of an address: %s', (text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it('takes the longer of two secrets first, so that no rest of it stays', () => {
    expect(redactor(['abcd', 'abcd-efgh'])('x abcd-efgh y')).toBe('x [redacted] y');
  });

  it('does not take a secret that is too short to be one, which would redact everything', () => {
    expect(redactor(['a'])('banana')).toBe('banana');
  });
});

describe('the secrets of the environment', () => {
  it('are the key of a Qdrant server', () => {
    expect(secretsIn({ ORCH_QDRANT_API_KEY: ' qdrant-word ' }).certain).toEqual(['qdrant-word']);
  });

  it.each([
    'ORCH_BUDGET_URL',
    'HTTP_PROXY',
    'http_proxy',
    'HTTPS_PROXY',
    'https_proxy',
    'ALL_PROXY',
    'all_proxy',
  ])('are the password in %s, as it is written, as it is and as it is sent', (name) => {
    const sent = Buffer.from('me:pä5swort').toString('base64');
    for (const scheme of ['http://', ''])
      expect(secretsIn({ [name]: ` ${scheme}me:p%C3%A45swort@proxy:8080 ` }).certain).toEqual([
        'p%C3%A45swort',
        'pä5swort',
        sent,
      ]);
    for (const value of ['http://proxy:8080', 'http://me@proxy', 'http://[']) {
      expect(secretsIn({ [name]: value }).certain).toEqual([]);
    }
  });

  it('are the headers that authenticate, also without their scheme', () => {
    const headers = 'X-Api-Key: 0123456789\nX-Other: Basic bWU6MDEyMw==\nX-Route: eu-west\nAuth: short';
    expect(secretsIn({ OPENAI_CUSTOM_HEADERS: headers })).toEqual({
      certain: ['0123456789', '0123456789', 'Basic bWU6MDEyMw==', 'bWU6MDEyMw=='],
      likely: [],
    });
  });
});

describe('the secrets of the environment for a collector', () => {
  it('are its headers, as they are written and as they are sent, and the password in its URL', () => {
    const { certain, likely } = secretsIn({
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=0123456789, x-tenant=acme-corp-of-europe',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'Authorization=Bearer%20abcdefghij',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:hidden-word@collector:4318',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'https://me:other-word@collector:4318',
    });
    expect(certain).toEqual(
      expect.arrayContaining([
        '0123456789',
        'Bearer%20abcdefghij',
        'abcdefghij',
        'hidden-word',
        'other-word',
      ]),
    );
    expect(likely).toContain('acme-corp-of-europe');
  });
});

describe('exactRedactor', () => {
  const key = 'gw_0123456789"abcdef';
  it('replaces the key and nothing else, for it is given code', () => {
    const redact = exactRedactor([key, undefined, 'short']);
    expect(redact(`a ${key} b`)).toBe('a [redacted] b');
    expect(JSON.parse(redact(JSON.stringify({ a: `${key}!` })))).toEqual({ a: '[redacted]!' });
    for (const text of ['gw_0123456789', 'const k = "sk-test-0123456789";', 'short', 'http://me:pw@host'])
      expect(redact(text)).toBe(text);
  });
});

describe('pieceRedactor', () => {
  it('finds the key wherever it is cut, and keeps the rest', () => {
    const key = 'aab_0123456789abcdef';
    const text = `aaab ${key} and aab_01 ${key}${key} aab`;
    for (let size = 1; size < 9; size++) {
      const redact = pieceRedactor(key);
      let seen = '';
      for (let at = 0; at < text.length; at += size) seen += redact.push(text.slice(at, at + size));
      expect(seen + redact.rest()).toBe('aaab [redacted] and aab_01 [redacted][redacted] aab');
    }
  });
});

describe('what looks like a key', () => {
  it.each([
    'sk-proj-abc_DEF-123456',
    'ghp_0123456789abcdefghijklmnopqrstuvwxyz',
    'github_pat_11ABCDEFG0abcdefghij_0123456789',
    'xoxb-123456789012-abcdefghijkl',
    'AKIAIOSFODNN7EXAMPLE',
    'AIzaSyA-0123456789abcdefghijklmnopqrstu',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-DEF',
  ])('is redacted: %s', (text) => {
    expect(redactor([])(`it is ${text}, see`)).toBe('it is [redacted], see');
  });
});
