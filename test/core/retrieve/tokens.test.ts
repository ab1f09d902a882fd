import { describe, expect, it } from 'vitest';
import { queryTerms, termsOf } from '../../../src/core/retrieve/tokens.ts';
import { expectLinear } from '../../helpers/linear.ts';

describe('terms', () => {
  it.each([
    ['getUserIDs', ['getuserids', 'get', 'user', 'id']],
    ['HTTPServer', ['httpserver', 'http', 'server']],
    ['write_file', ['write_file', 'writ', 'file']],
    ['$scope', ['scop']],
    ['sha256sum', ['sha256sum', 'sha', '256', 'sum']],
    ['a1', ['a1']],
    ['retries', ['retry']],
    [
      'retried parsing classes status',
      ['retri', 'pars', 'classe', 'statu'].map((each) => each.replace(/e$/, '')),
    ],
  ])('%s', (text, terms) => {
    expect(termsOf(text)).toEqual(terms);
  });

  it('joins what differs by its ending alone', () => {
    for (const [one, other] of [
      ['caches', 'cache'],
      ['caching', 'cache'],
      ['cached', 'cache'],
      ['queries', 'query'],
    ])
      expect(termsOf(one!)).toEqual(termsOf(other!));
  });

  it('keeps words of scripts with spaces whole, accents and all', () => {
    expect(termsOf('Größe naïve Привет')).toEqual(['größ', 'naïv', 'привет']);
    expect(termsOf('cafe\u0301 größterWert')).toEqual(['café', 'größterwert', 'größter', 'wert']);
  });

  it('takes scripts without spaces apart, so that a part is found in the whole', () => {
    const comment = new Set(termsOf('// 读取配置文件失败时重试'));
    for (const part of ['配置', '重试', '失败', '试'])
      for (const term of termsOf(part)) expect(comment).toContain(term);
    expect(termsOf('読み込みerror')).toContain('error');
    expect(termsOf('ไฟล์').length).toBeGreaterThan(1);
  });

  it('has none for what says nothing', () => {
    expect(termsOf('')).toEqual([]);
    expect(termsOf('🎉 !? \u0000 \ud800 \udfff ()')).toEqual([]);
    expect(termsOf('x'.repeat(200))).toEqual([]);
  });

  it('takes time in proportion to the text', async () => {
    for (const text of ['aA', '_', 'é', '读', 'a_', '\ud800', '9a', 'AAAA'])
      await expectLinear((size) => {
        const long = text.repeat(size / text.length);
        return () => termsOf(long);
      }, 100_000);
  });
});

describe('a query', () => {
  it('weighs what is said again twice, and no more', () => {
    expect(queryTerms('retry Retry retries of a FooBar')).toEqual(
      new Map([
        ['retry', 2],
        ['foobar', 1],
        ['foo', 1],
        ['bar', 1],
      ]),
    );
  });

  it('may have no terms', () => {
    for (const query of ['', '   ', 'where is the', '.*', '../', '\0', '🎉'])
      expect(queryTerms(query)).toBeUndefined();
  });

  it('may be long', async () => {
    await expectLinear((size) => {
      const query = 'someWords and_more '.repeat(size / 19);
      return () => queryTerms(query);
    }, 100_000);
  });
});
