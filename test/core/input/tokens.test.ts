import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import { approxTokens, tokenUpperBound } from '../../../src/core/input/tokens.ts';

/** Seeded, so that a failure can be seen again. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
function bytes(count: number, seed: number): Buffer {
  const next = generator(seed);
  return Buffer.from(Array.from({ length: count }, () => Math.floor(next() * 256)));
}
const wrapped = (text: string, width: number) => text.replace(new RegExp(`(.{${width}})`, 'g'), '$1\n');
function letters(count: number, alphabet: string, seed: number): string {
  const next = generator(seed);
  return Array.from({ length: count }, () => alphabet[Math.floor(next() * alphabet.length)]!).join('');
}

const base64 = bytes(6000, 1).toString('base64');
const hexadecimal = bytes(6000, 2).toString('hex');
const next = generator(3);
const numbers = Array.from({ length: 1000 }, () => next());
const samples: Record<string, string> = {
  'base64 on one line': base64,
  'base64, 76 columns': wrapped(base64, 76),
  'base64, 64 columns': wrapped(base64, 64),
  'base64, 40 columns': wrapped(base64, 40),
  'base64, 20 columns': wrapped(base64, 20),
  'hexadecimal on one line': hexadecimal,
  'hexadecimal, 32 columns': wrapped(hexadecimal, 32),
  HEXADECIMAL: hexadecimal.toUpperCase(),
  'a vector of numbers as JSON': JSON.stringify(numbers),
  'a table of integers': numbers.map((number) => Math.floor(number * 1e9)).join(','),
  'single digits': numbers.map((number) => Math.floor(number * 10)).join(' '),
  'one number of 5,000 digits': letters(5000, '0123456789', 4),
  'single letters': 'a b c d e f g h '.repeat(200),
  'lower-case letters, 40 in a row': wrapped(letters(4000, 'abcdefghijklmnopqrstuvwxyz', 5), 40),
  'a genome': wrapped(letters(4000, 'ACGT', 6), 60),
  'signs at random': letters(3000, '!@#$%^&*()_+-=[]{}|;:,.<>?/~`', 7),
  'printable ASCII at random': letters(
    3000,
    Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join(''),
    8,
  ),
  'control characters': letters(2000, '\u0001\u0002\u0003\u0004\u0005\u0006', 9),
  'spaces alone': ' '.repeat(10_000),
  'tabs alone': '\t'.repeat(10_000),
  'newlines alone': '\n'.repeat(10_000),
  'tabs and spaces': '\t '.repeat(2000),
  'blank lines with spaces': '\n \n\t \n'.repeat(1000),
  Chinese: '人工智能是计算机科学的一个分支，它企图了解智能的实质，并生产出一种新的机器。'.repeat(30),
  Japanese: 'これは日本語の文章です。関数は引数を受け取り、結果を返します。'.repeat(30),
  Korean: '이 함수는 인수를 받아 결과를 반환합니다. 한국어 문장입니다.'.repeat(30),
  Portuguese: 'A função não é útil à execução; também já está pronta.'.repeat(30),
  Russian: 'Эта функция принимает аргументы и возвращает результат.'.repeat(30),
  Arabic: 'هذه الدالة تستقبل الوسائط وتعيد نتيجة الحساب. '.repeat(30),
  Hebrew: 'הפונקציה הזו מקבלת ארגומנטים ומחזירה תוצאה. '.repeat(30),
  Hindi: 'यह फ़ंक्शन तर्क लेता है और परिणाम लौटाता है। '.repeat(30),
  Thai: 'ฟังก์ชันนี้รับอาร์กิวเมนต์และส่งคืนผลลัพธ์'.repeat(30),
  Amharic: 'ይህ ተግባር ግቤቶችን ይቀበላል እና ውጤቱን ይመልሳል። '.repeat(30),
  'emoji with joiners': '😀🚀👩‍👩‍👧‍👦🏳️‍🌈🇧🇷🧑🏽‍💻🫠'.repeat(50),
  mathematics: '∀x∈ℝ ∃y: x²+y²≤∞ ∧ ∑ᵢ αᵢ ⊂ ⊕ ⟨ψ|φ⟩ '.repeat(50),
  arrows: '→ ← ↑ ↓ ⇒ ⇐ ↦ ⟶ '.repeat(100),
  'a drawn table': '┌──────┬─────┐\n│ name │ age │\n├──────┼─────┤\n│ a    │ 1   │\n└──────┴─────┘\n'.repeat(
    50,
  ),
  'UPPER CASE SQL':
    'SELECT CUSTOMER_ID, TOTAL FROM ORDERS INNER JOIN CUSTOMERS ON ID = CUSTOMER_ID;\n'.repeat(50),
};

describe('approxTokens', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['abc', 1],
    ['abcd', 2],
    ['x'.repeat(17_400), 5800],
  ])('is the third part of the characters, rounded up', (text, tokens) => {
    expect(approxTokens(text)).toBe(tokens);
  });
});

describe('tokenUpperBound', () => {
  it.each(Object.entries(samples))('bounds %s', (_, text) => {
    expect(tokenUpperBound(text)).toBeGreaterThanOrEqual(countTokens(text));
  });

  const files = execFileSync('git', ['ls-files', '*.ts', '*.mjs', '*.json', '*.md', '*.yml'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file !== '');
  // The files of patch cases are named .ts but need not be TypeScript.
  const isCode = (file: string) => file.endsWith('.ts') && !file.includes('test/fixtures/');
  const texts = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));

  it('bounds every source file of this repository, without overstating them by half', () => {
    expect(texts.length).toBeGreaterThan(100);
    let bound = 0;
    let real = 0;
    for (const { file, text } of texts) {
      const count = countTokens(text);
      expect(tokenUpperBound(text), file).toBeGreaterThanOrEqual(count);
      bound += tokenUpperBound(text);
      real += count;
    }
    expect(bound / real).toBeLessThan(1.5);
  });

  it('bounds them as diffs, minified and as JSON strings', () => {
    for (const { file, text } of texts.filter(({ text }) => text.length < 30_000)) {
      const lines = text.split('\n');
      const forms = [
        lines.map((line, index) => `${'+- '[index % 3]}${line}`).join('\n'),
        ...(isCode(file) ? [transformSync(text, { loader: 'ts', minify: true }).code] : []),
        JSON.stringify({ file, text }),
      ];
      for (const form of forms) expect(tokenUpperBound(form), file).toBeGreaterThanOrEqual(countTokens(form));
    }
  });

  it('never falls when text is added at the end, so that a longer input is never reserved for less', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, more) => {
        expect(tokenUpperBound(text + more)).toBeGreaterThanOrEqual(tokenUpperBound(text));
      }),
    );
    // Inside a run of digits as well.
    for (let length = 1; length < 60; length++) {
      expect(tokenUpperBound('7'.repeat(length + 1))).toBeGreaterThanOrEqual(
        tokenUpperBound('7'.repeat(length)) - 1,
      );
    }
  });
});
