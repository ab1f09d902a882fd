import { describe, expect, it } from 'vitest';
import { failureTable, ProviderFailure } from '../../../src/core/errors/provider-failure.ts';

describe('the failure table', () => {
  it('gives each class its cure and the code that a user sees', () => {
    expect(
      Object.fromEntries(
        Object.entries(failureTable).map(([name, { recovery, code }]) => [name, `${recovery} ${code}`]),
      ),
    ).toEqual({
      'key-refused': 'stop key-refused',
      'region-refused': 'stop key-refused',
      'quota-exhausted': 'stop quota-exhausted',
      'model-not-found': 'next-model no-eligible-model',
      'wrong-endpoint': 'stop provider-failed',
      'non-answer': 'ask-again answer-unusable',
      'unparsable-answer': 'ask-again answer-unusable',
      'spoken-refusal': 'ask-again answer-refused',
      'unplaceable-answer': 'ask-again patch-unplaceable',
      'unsupported-parameter': 'fix-parameter provider-failed',
      'context-length': 'larger-window input-too-large',
      'content-policy': 'stop answer-refused',
      refusal: 'stop answer-refused',
      'bad-request': 'stop provider-failed',
      'request-over-rate-limit': 'next-model provider-failed',
      'rate-limited': 'retry provider-failed',
      'server-error': 'retry provider-failed',
      connection: 'retry offline',
      'connection-lost': 'retry offline',
      'first-event-timeout': 'next-model timeout',
      'idle-timeout': 'next-model timeout',
      'attempt-timeout': 'next-model timeout',
      cut: 'retry-once provider-failed',
      'malformed-answer': 'retry-once provider-failed',
      'answer-too-large': 'next-model provider-failed',
      'answer-cut-by-length': 'more-output answer-unusable',
      'empty-answer': 'next-model answer-unusable',
      'unusable-answer': 'next-model answer-unusable',
      'verify-failed': 'repair verify-failed',
      cancelled: 'stop interrupted',
    });
  });

  it('lets a failure carry a code of its own', () => {
    expect(new ProviderFailure('unusable-answer', 'x').code).toBe('answer-unusable');
    expect(new ProviderFailure('unusable-answer', 'x', { code: 'patch-unplaceable' }).code).toBe(
      'patch-unplaceable',
    );
  });
});
