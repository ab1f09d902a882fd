/** What a tool call answers: whole where the host can take it, else its beginning and a link to all of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrchError } from '../../src/core/errors/orch-error.ts';
import { approxTokens } from '../../src/core/input/tokens.ts';
import type { ResultStore } from '../../src/engine/ports.ts';
import { idOfUri, resultUri, toCallResult, toErrorResult } from '../../src/mcp/results.ts';
import { anyCharacter } from '../helpers/any-character.ts';
import { memoryResultStore } from '../helpers/memory.ts';

/** Hosts cut at 10,000, in the middle. */
const mostTokens = 8000;

const textOf = ({ content }: ReturnType<typeof toCallResult>) =>
  content[0]?.type === 'text' ? content[0].text : '';
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');

describe('a result', () => {
  it('that is short enough is whole, as text and as structured content', () => {
    const output = { result: 'x'.repeat(mostTokens * 3 - 50), meta: { model: 'm' } };
    const store = memoryResultStore();
    expect(toCallResult(output, store)).toEqual({
      content: [{ type: 'text', text: JSON.stringify(output) }],
      structuredContent: output,
    });
    expect(store.saved).toEqual([]);
  });

  it('that is too long is stored, and its beginning links to it', () => {
    const result = lines(3000);
    const store = memoryResultStore();
    const answer = toCallResult({ result, meta: { model: 'm' } }, store);
    expect(store.saved).toEqual([result]);
    const structured = answer.structuredContent as { result: string; meta: object };
    expect(structured.meta).toEqual({
      model: 'm',
      result_file: '/state/id-1.txt',
      result_uri: 'orch://result/id-1',
    });
    const [, kept, left] =
      /^([\s\S]*)\n\[… ([\d ]+) more lines: the whole result is in \/state\/id-1\.txt …\]\n$/.exec(
        structured.result,
      )!;
    expect(result.startsWith(`${kept}\n`)).toBe(true);
    expect(kept!.split('\n').length + Number(left!.replace(' ', ''))).toBe(3000);
    expect(kept!.length).toBeGreaterThan(5300);
    expect(answer.content).toEqual([
      { type: 'text', text: JSON.stringify(structured) },
      expect.objectContaining({ type: 'resource_link', uri: 'orch://result/id-1' }),
    ]);
  });

  it('of one long line shows the beginning of that line', () => {
    const { structuredContent } = toCallResult(
      { result: `start ${'😀'.repeat(20_000)}`, meta: {} },
      memoryResultStore(),
    );
    expect(structuredContent?.result).toMatch(
      /^start (😀)+\n\[… .*the whole result is in \/state\/id-1\.txt …\]\n$/u,
    );
  });

  it('that cannot be stored is whole', () => {
    const output = { result: lines(3000), meta: {} };
    const broken: ResultStore = {
      ...memoryResultStore(),
      save() {
        throw new OrchError('record-failed', 'no room');
      },
    };
    expect(toCallResult(output, broken)).toEqual({
      content: [{ type: 'text', text: JSON.stringify(output) }],
      structuredContent: output,
    });
  });

  it('is never more than a host takes, and the text mirrors the structured content', () => {
    const line = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 100 }),
      fc.constantFrom(
        '"\\'.repeat(5000),
        '\u001b[31m'.repeat(3000),
        '\u0000'.repeat(9000),
        'x'.repeat(30_000),
      ),
    );
    const result = fc
      .tuple(fc.array(line, { maxLength: 8 }), fc.integer({ min: 1, max: 4 }))
      .map(([all, times]) => `${all.join('\n')}\n`.repeat(times));
    fc.assert(
      fc.property(result, fc.nat(20_000), (text, beside) => {
        const store = memoryResultStore();
        const answer = toCallResult({ result: text, meta: { beside: 'x'.repeat(beside) } }, store);
        expect(approxTokens(textOf(answer))).toBeLessThanOrEqual(mostTokens);
        expect(JSON.parse(textOf(answer))).toEqual(answer.structuredContent);
        const isWhole = answer.structuredContent?.result === text;
        expect(store.saved).toEqual(isWhole ? [] : [text]);
        expect(answer.content).toHaveLength(isWhole ? 1 : 2);
      }),
      { numRuns: 40 },
    );
  });
});

const same = (text: string) => text;

describe('an error', () => {
  it('says its code and what to do, as text alone', () => {
    expect(toErrorResult(new OrchError('no-key', 'there is no key', { hint: 'set one' }), same)).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'no-key: there is no key\nWhat to do: set one' }],
    });
    expect(toErrorResult(new OrchError('no-key', 'there is no key'), same)).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'no-key: there is no key' }],
    });
  });

  it.each([new TypeError('x is not a function'), 'x is not a function'])(
    'of our own is said to be one: %o',
    (error) => {
      expect(toErrorResult(error, same)).toEqual({
        isError: true,
        content: [
          {
            type: 'text',
            text: 'internal: x is not a function\nWhat to do: this is a bug in orch: please report it with this message',
          },
        ],
      });
    },
  );
});

it('the address of a result gives its id back, and no other does', () => {
  expect(idOfUri(resultUri('abc'))).toBe('abc');
  expect(idOfUri('file:///etc/passwd')).toBeUndefined();
});

it.each([
  [
    '$0.21 would be enough for full; mini fits (-m mini): raise the lowest ceiling: --max-cost (maxCostUsd)',
    '$0.21 would be enough for full; mini fits (forceModel mini): raise the lowest ceiling: maxCostUsd',
  ],
  ['mini would fit: -m mini; or raise the budget', 'mini would fit: forceModel mini; or raise the budget'],
  ['orch run docs -m mini', 'orch run docs -m mini'],
])('a hint names the fields of a tool, and leaves commands alone: %s', (hint, shown) => {
  const { content } = toErrorResult(new OrchError('over-budget', 'too dear', { hint }), (text) => text);
  expect(content[0]).toMatchObject({ text: `over-budget: too dear\nWhat to do: ${shown}` });
});
