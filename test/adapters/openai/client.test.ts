import { describe, expect, it } from 'vitest';
import { redactSecrets } from '../../../src/adapters/openai/client.ts';

const same = (text: string) => text;

describe('a header of OPENAI_CUSTOM_HEADERS', () => {
  it.each([
    'X-Route: openai/gpt-5-mini-production',
    'X-Tenant: openai/gpt-5-mini-production\nX-Key: short',
    'X-Anything: openai/gpt-5-mini-production',
  ])(
    'of any name is redacted as a whole, and not in parts, which may be the name of a model: %j',
    (headers) => {
      const redact = redactSecrets(same, { OPENAI_CUSTOM_HEADERS: headers });
      expect(redact('openai/gpt-5-mini-production has no gpt-5-mini')).toBe('[redacted] has no gpt-5-mini');
    },
  );

  it.each(['X-Route: gpt-5-mini', 'X-Team: team-eu', 'X-Short: a1b2', 'no header at all'])(
    'that is a name or too short takes nothing out: %j',
    (headers) => {
      const text = 'team-eu has no gpt-5-mini, a1b2 neither';
      expect(redactSecrets(same, { OPENAI_CUSTOM_HEADERS: headers })(text)).toBe(text);
    },
  );

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

it('a secret in the path of the base URL is not repeated', () => {
  const redact = redactSecrets(same, {}, 'https://host/v1/S3CRET-T0KEN-99/openai');
  expect(redact('404: no route POST /v1/S3CRET-T0KEN-99/openai/responses')).toBe(
    '404: no route POST /v1/[redacted]/openai/responses',
  );
});
