import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../src/core/answer/refusal.ts';
import { spoken } from '../../fixtures/answers/non-answers.ts';

describe('an answer that is none', () => {
  it.each([
    ...spoken.refusal!,
    "I can't help with that.",
    'I won\u2019t write malware.',
    "I'm sorry, but I can't help with that request.",
    "```ts\n// I'm sorry, but I can't help with that.\n```",
    'Desculpe, mas n\u00E3o consigo ajudar com esse pedido.',
    'Es tut mir leid, aber dabei kann ich nicht helfen.',
    'Lo siento, pero no puedo ayudarte con esa petici\u00F3n.',
    'D\u00E9sol\u00E9, je ne peux pas traiter cette demande.',
    '\u7533\u3057\u8A33\u3042\u308A\u307E\u305B\u3093\u304C\u3001\u3053\u306E\u30EA\u30AF\u30A8\u30B9\u30C8\u306B\u306F\u304A\u5FDC\u3048\u3067\u304D\u307E\u305B\u3093\u3002',
  ])('declines: %s', (answer) => {
    expect(isRefusal(answer)).toBe(true);
  });

  it.each([
    ...['question back', 'the file is not seen', 'plan', 'summary'].flatMap((kind) => spoken[kind]!),
    'Sorry! Something went wrong on my side and I could not finish this.',
    "I can't write this without more detail.",
    "I'm sorry, but I can't see the file you mentioned.",
    "I can't help until I see the code.",
    'I can do this in two ways. I cannot do this both ways; which do you prefer?',
    `I cannot help.\n${'It is so. '.repeat(200)}`,
  ])('does not: %s', (answer) => {
    expect(isRefusal(answer)).toBe(false);
  });
});
