import { describe, expect, it } from 'vitest';
import { isThisMachine, shownUrl, urlSecrets } from '../../../src/core/config/base-url.ts';

describe('isThisMachine', () => {
  it.each([
    'http://localhost',
    'http://a.localhost.',
    'http://127.0.0.1',
    'http://127.1',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://0.0.0.0',
    'http://[::]',
  ])('knows %s', (url) => {
    expect(isThisMachine(new URL(url).hostname)).toBe(true);
  });

  it.each([
    'http://localhost.evil.test',
    'http://127.evil.test',
    'http://127.0.0.1.evil.test',
    'http://10.0.0.1',
    'http://[2001:db8::1]',
  ])('knows that %s is another', (url) => {
    expect(isThisMachine(new URL(url).hostname)).toBe(false);
  });
});

describe('a URL with a secret in its path', () => {
  it.each([
    ['https://host/v1/SECRETTOKEN/openai', 'https://host/v1/…/openai', ['SECRETTOKEN']],
    ['https://h:8/k3y-9f8e7d6c5b/v1?code=abcdefgh1', 'https://h:8/…/v1?…', ['k3y-9f8e7d6c5b', 'abcdefgh1']],
    ['https://h/deployments/gpt-5-mini/v1', 'https://h/…/…/v1', []],
    ['http://127.0.0.1:11434/v1', 'http://127.0.0.1:11434/v1', []],
    ['https://h/v1/', 'https://h/v1/', []],
  ])('%s is shown as %s', (url, shown, secrets) => {
    expect(shownUrl(url)).toBe(shown);
    expect(urlSecrets(url)).toEqual(secrets);
  });
});
