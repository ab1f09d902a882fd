import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../src/adapters/openai/client.ts';

const same = (text: string) => text;

describe('a header of OPENAI_CUSTOM_HEADERS', () => {
  it.each([
    'X-Route: openai/gpt-5-mini-production',
    'X-Tenant: openai/gpt-5-mini-production\nX-Key: short',
    'openai/gpt-5-mini-production',
  ])('without a secret takes nothing out of a message: %j', (headers) => {
    const text = 'openai/gpt-5-mini-production has no gpt-5-mini';
    expect(redactSecrets(same, { OPENAI_CUSTOM_HEADERS: headers })(text)).toBe(text);
  });

  it.each([
    'X-Gateway-Auth',
    'x-api-KEY',
    'Ocp-Apim-Subscription-Key',
    'X-Access-Token',
    'client-secret',
    'Cookie',
  ])('with the name %s is shown neither whole nor in pieces', (name) => {
    const redact = redactSecrets(same, {
      OPENAI_CUSTOM_HEADERS: `X-Route: there\n${name}: topsecret-0123456789`,
    });
    expect(redact('there: topsecret-0123456789!')).toBe('there: [redacted]!');
    expect(redact('ends in 23456789')).toBe('ends in [redacted]');
  });

  it('whose value is a credential is not shown, whatever its name', () => {
    const redact = redactSecrets(same, { OPENAI_CUSTOM_HEADERS: 'X-Gateway: Bearer topsecret-0123456789' });
    expect(redact('not topsecret-0123456789')).toBe('not [redacted]');
  });
});
