import { describe, expect, it } from 'vitest';
import { classifyProviderError } from '../../../src/adapters/openai/error-policy.ts';
import { jsonFaultAt } from '../../../src/core/config/json-fault.ts';
import { withoutComments } from '../../../src/core/config/json-with-comments.ts';
import { type ClientFile, clientFindings } from '../../../src/core/doctor/clients.ts';
import { redactor } from '../../../src/core/errors/redact.ts';
import { retryAfterMs } from '../../../src/core/errors/retry-after.ts';
import { encodeCell, readNumber } from '../../../src/core/record/csv-line.ts';
import { parseUsageCsv } from '../../../src/core/record/csv-records.ts';
import { didYouMean } from '../../../src/core/text/did-you-mean.ts';
import { shortMessage, shortName } from '../../../src/core/text/outside-text.ts';
import { expectLinear } from '../../helpers/linear.ts';

const repeated = (piece: string, n: number) => piece.repeat(Math.ceil(n / piece.length));

describe('a message', () => {
  const redact = redactor(['gw_0123456789abcdefSECRETkey99', 'short-one']);

  it('of bearable length stays as it is', () => {
    expect(shortMessage('No such thing.')).toBe('No such thing.');
    expect(shortMessage('x'.repeat(5000))).toHaveLength(4096);
    expect(shortMessage('x'.repeat(5000), 500)).toHaveLength(500);
    expect(shortName('x'.repeat(5000))).toHaveLength(1000);
  });

  it.each([
    ['an address with a password', 'https://someone:pass@word@host/path'],
    ['a key', 'sk-proj-abcdefgh0123'],
    ['the own key', 'gw_0123456789abcdefSECRETkey99'],
    ['a short secret', 'short-one'],
    ['a key in an address', '?api_key=abcdefgh0123'],
  ])('tells nothing of %s that the cut goes through', (_, secret) => {
    for (let kept = 1; kept <= secret.length; kept++) {
      const message = `${'x'.repeat(100 - kept - 1)} ${secret} and more`;
      const whole = redact(message);
      const cut = redact(shortMessage(message, 100));
      // What is shown of it is what is shown of the whole, or too little to tell anything.
      const shown = cut.replace(/\[redacted\]$/, '').slice(100 - kept);
      const told = whole.slice(100 - kept);
      expect(told.startsWith(shown) || shown.length < 6, `${kept}: ${cut}`).toBe(true);
    }
  });
});

describe('what is worked on in proportion to its length', () => {
  it.each(['a.', 'a-', 'http://a:', '?token', '?key=a&', 'sk-a', 'İ', 'a'])(
    'redaction of %j',
    async (piece) => {
      const redact = redactor(['gw_0123456789abcdefSECRETkey99']);
      await expectLinear((n) => {
        const text = repeated(piece, n);
        return () => redact(text);
      }, 15_000);
    },
  );

  it.each([
    'model ',
    'exceeded your current quota',
    'unknown',
    "unknown 'a",
    'unsupported: ',
    'extra',
    'try again in 1s',
    'try again in 1',
    ' ',
  ])('an error that says %j', async (piece) => {
    await expectLinear((n) => {
      const message = repeated(piece, n);
      return () => {
        for (const status of [400, 404, 429])
          classifyProviderError({ status, code: message, type: message, param: message, message });
      };
    }, 15_000);
  });

  it.each(['1', '1s', '1.', ' '])('a header of %j', async (piece) => {
    await expectLinear((n) => {
      const value = repeated(piece, n);
      return () => retryAfterMs((name) => (name === 'x-ratelimit-reset-tokens' ? value : undefined), '', 0);
    }, 15_000);
  });

  it('a name and those that it could be a slip of', async () => {
    await expectLinear((n) => {
      const [name, known] = [repeated('ab', n), repeated('ba', n)];
      return () => didYouMean(name, ['codex', known]);
    }, 8000);
  });

  it.each(['[', '{"a":', '[1,', ' ', '"', '1'])('a file of %j', async (piece) => {
    await expectLinear((n) => {
      const text = `[${repeated(piece, n)}`;
      return () => jsonFaultAt(text);
    }, 15_000);
  });

  it.each(['"', '\\"', '/* ', '//', '/', ', ', ',\n', '/**/ '])(
    'a file with comments of %j',
    async (piece) => {
      await expectLinear((n) => {
        const text = `{"${repeated(piece, n)}`;
        return () => withoutComments(text);
      }, 60_000);
    },
  );

  it('a number in a cell', async () => {
    await expectLinear((n) => {
      const text = `${repeated('1', n)}x`;
      return () => {
        readNumber(text);
        encodeCell(`=${text}`);
        encodeCell(`-${text}`);
      };
    }, 15_000);
  });

  it('the header of a file of usage', async () => {
    await expectLinear((n) => {
      const line = `${repeated('x,', n)}${repeated('task,', n)}`;
      return () => parseUsageCsv(line);
    }, 120_000);
  });

  it.each(['[', '[ ', ' '])("a client's file with %j", async (piece) => {
    await expectLinear((n) => {
      const file: ClientFile = { client: 'codex', path: 'config.toml', text: `[${repeated(piece, n)}` };
      return () => clientFindings({ files: [file], installed: new Set(['codex']) });
    }, 4000);
  });
});

it('lists and objects may be nested without end', () => {
  const open = '[{"a":'.repeat(50_000);
  expect(jsonFaultAt(open)).toBe(open.length);
  expect(jsonFaultAt(`${open}x`)).toBe(open.length);
  expect(jsonFaultAt(`${open}1${'}]'.repeat(49_999)}]`)).toBe(open.length + 1 + 2 * 49_999);
});
