import { describe, expect, it } from 'vitest';
import { qdrantUrlFault } from '../../../src/core/config/qdrant-url.ts';

describe('the address of a Qdrant server', () => {
  it.each(['http://127.0.0.1:6333', 'http://[::1]:6333', 'https://qdrant.example.com'])(
    'may be %s',
    (url) => {
      expect(qdrantUrlFault(url)).toBeUndefined();
    },
  );

  it.each([
    ['http://qdrant.example.com:6333', 'would reach qdrant.example.com:6333 unencrypted'],
    ['https://me:secret-word@qdrant.example.com', 'contains a user name or a password'],
    ['redis://secret-word', 'is not an http or https URL'],
    ['secret-word', 'is not an http or https URL'],
  ])('may not be %s, and is not repeated', (url, message) => {
    const fault = qdrantUrlFault(url);
    expect(fault?.message).toContain(message);
    expect(JSON.stringify(fault)).not.toContain('secret-word');
  });

  it('may be unencrypted where the user allows it', () => {
    expect(qdrantUrlFault('http://qdrant.example.com', { allowInsecure: true })).toBeUndefined();
  });
});
