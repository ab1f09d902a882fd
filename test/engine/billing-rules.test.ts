/**
 * Usage records as the provider sends them, and what they cost by its price list. Each cost is worked out by hand beside
 * it, in USD per million tokens, and has to agree to a billionth of a dollar.
 */
import { describe, expect, it } from 'vitest';
import { readResponse } from '../../src/adapters/openai/response.ts';
import { findServedCard } from '../../src/core/models/model-card.ts';
import { costOf } from '../../src/core/models/pricing.ts';
import { givenConfig } from '../helpers/config.ts';

const { catalog } = givenConfig();
const today = '2026-11-28';

interface Golden {
  model: string;
  /** `usage` of the response. */
  usage: unknown;
  /** `service_tier` of the response. */
  tier?: string | null;
  /** `background_options.completion_window` of the response. */
  window?: string;
  day?: string;
}

/** The cost of a response, with nothing left out between the wire and the price. */
function costOfResponse({ model, usage, tier = 'default', window, day = today }: Golden): number | undefined {
  const response = {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model,
    usage,
    service_tier: tier,
    ...(window === undefined ? {} : { background_options: { completion_window: window } }),
    output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] }],
  };
  const header = () => undefined;
  const result = readResponse(response, { streamedText: undefined, firstEventMs: 1, header });
  const card = findServedCard(catalog, result.servedModel!);
  const { serviceTier, completionWindow } = result;
  return costOf(result.usage, { card, billing: catalog.billing }, { serviceTier, completionWindow, day });
}

function tokens(
  input: number,
  output: number,
  { cached = 0, written, reasoning = 0 }: { cached?: number; written?: number; reasoning?: number } = {},
) {
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: cached,
      ...(written === undefined ? {} : { cache_write_tokens: written }),
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

type Row = [rule: string, record: Golden, usd: number | undefined];

const rows: Row[] = [
  // 12,345 x 1.25 = 15,431.25; 678 x 10 = 6,780; together 22,211.25 millionths
  ['input and output', { model: 'gpt-5', usage: tokens(12_345, 678) }, 0.02221125],
  // 1 x 0.05 = 0.05; 1 x 0.40 = 0.40
  ['a single token each way', { model: 'gpt-5-nano', usage: tokens(1, 1) }, 0.00000045],
  // (10,000 - 8,191) x 1.25 = 2,261.25; 8,191 x 0.125 = 1,023.875; 100 x 10 = 1,000
  ['cached input', { model: 'gpt-5', usage: tokens(10_000, 100, { cached: 8191 }) }, 0.004285125],
  // 333 x 0.005 = 1.665; 0 x 0.05; 7 x 0.4 = 2.8
  ['all of it cached', { model: 'gpt-5-nano', usage: tokens(333, 7, { cached: 333 }) }, 0.000004465],
  // 1,000 x 1.25 = 1,250; 500 x 10 = 5,000, of which 400 are reasoning
  ['reasoning inside the output', { model: 'gpt-5', usage: tokens(1000, 500, { reasoning: 400 }) }, 0.00625],

  // 2,000 x 2.50 = 5,000: the written ones at the price of input; 100 x 15 = 1,500
  ['cache writes before 5.6', { model: 'gpt-5.4', usage: tokens(2000, 100, { written: 1500 }) }, 0.0065],
  // (9,000 - 1,000 - 6,000) x 0.20 = 400; 1,000 x 0.02 = 20; 6,000 x 0.25 = 1,500; 200 x 1.20 = 240
  [
    'cache writes from 5.6 on',
    { model: 'gpt-5.6-luna', usage: tokens(9000, 200, { cached: 1000, written: 6000 }) },
    0.00216,
  ],
  // (5,001 - 5,000) x 1 = 1; 5,000 x 1.25 = 6,250; 3 x 5 = 15
  ['cache writes of 6.1', { model: 'gpt-6.1-terra', usage: tokens(5001, 3, { written: 5000 }) }, 0.006266],

  // 272,000 x 2 = 544,000; 10 x 10 = 100
  ['272,000 tokens of input', { model: 'gpt-6.2-sol', usage: tokens(272_000, 10) }, 0.5441],
  // 272,001 x 2 x 2 = 1,088,004; 10 x 10 x 1.5 = 150
  ['one token more', { model: 'gpt-6.2-sol', usage: tokens(272_001, 10) }, 1.088154],
  // (300,000 - 250,000 - 30,000) x 8 x 2 = 320,000; 250,000 x 0.4 x 2 = 200,000; 30,000 x 10 x 2 = 600,000;
  // 1,000 x 40 x 1.5 = 60,000
  [
    'over 272,000 with cached and written input, which counts and doubles too',
    { model: 'gpt-6.2-astra', usage: tokens(300_000, 1000, { cached: 250_000, written: 30_000 }) },
    1.18,
  ],
  // 300,000 x 2.5 x 2 = 1,500,000; 1,000 x 15 x 1.5 = 22,500
  ['over 272,000 from 5.4 on', { model: 'gpt-5.4', usage: tokens(300_000, 1000) }, 1.5225],
  // 300,000 x 1.75 = 525,000; 1,000 x 14 = 14,000
  ['over 272,000 before 5.4', { model: 'gpt-5.3-codex', usage: tokens(300_000, 1000) }, 0.539],
  // (300,000 x 1 x 2 + 2,000 x 5 x 1.5) x 0.5 = (600,000 + 15,000) / 2
  [
    'over 272,000 in a cheaper tier',
    { model: 'gpt-6.1-terra', usage: tokens(300_000, 2000), tier: 'flex' },
    0.3075,
  ],

  // (1,001 x 0.25 + 3 x 2) x 0.5 = (250.25 + 6) / 2 = 128.125
  ['batch', { model: 'gpt-5-mini', usage: tokens(1001, 3), tier: 'batch' }, 0.000128125],
  ['flex', { model: 'gpt-5-mini', usage: tokens(1001, 3), tier: 'flex' }, 0.000128125],
  // (250.25 + 6) x 2 = 512.5
  ['priority', { model: 'gpt-5-mini', usage: tokens(1001, 3), tier: 'priority' }, 0.0005125],
  ['fast', { model: 'gpt-5-mini', usage: tokens(1001, 3), tier: 'fast' }, 0.0005125],
  // 7 x 0.005 x 0.5 = 0.0175 millionths = 17.5 billionths, rounded half up
  [
    'half a billionth, rounded up',
    { model: 'gpt-5-nano', usage: tokens(7, 0, { cached: 7 }), tier: 'flex' },
    0.000000018,
  ],
  // (1,000 x 2 + 1,000 x 10) x 3 until the end of February, x 6 after it
  ...(
    [
      ['gpt-6.2-sol', '2027-02-28', 0.036],
      ['gpt-6.2-sol', '2027-03-01', 0.072],
      ['gpt-6.1-sol', '2026-11-28', 0.036],
      ['gpt-6.1-sol', '2027-03-01', 0.072],
    ] as const
  ).map(
    ([model, day, usd]): Row => [
      `ultrafast on ${model} on ${day}`,
      { model, usage: tokens(1000, 1000), tier: 'ultrafast', day },
      usd,
    ],
  ),
  // (1,000 x 8 + 1,000 x 40) x 6
  ['ultrafast on astra', { model: 'gpt-6.2-astra', usage: tokens(1000, 1000), tier: 'ultrafast' }, 0.288],
  [
    'ultrafast where it is not sold',
    { model: 'gpt-6.1-terra', usage: tokens(1, 1), tier: 'ultrafast' },
    undefined,
  ],

  // (1,000 x 2 + 100 x 10) x 0.7, and x 0.6
  ['a background window of 2h', { model: 'gpt-6.1-sol', usage: tokens(1000, 100), window: '2h' }, 0.0021],
  ['a background window of 8h', { model: 'gpt-6.1-sol', usage: tokens(1000, 100), window: '8h' }, 0.0018],
  ['a window without a price', { model: 'gpt-6.1-sol', usage: tokens(1000, 100), window: '24h' }, undefined],

  ['no tier: the standard price', { model: 'gpt-5', usage: tokens(1000, 100), tier: null }, 0.00225],
  ['an unknown tier', { model: 'gpt-5', usage: tokens(1000, 100), tier: 'turbo' }, undefined],
  ['an unknown model', { model: 'gpt-7', usage: tokens(1000, 100) }, undefined],
  // Not "gpt-5-nano" and not "gpt-5": 1,000 x 15 = 15,000; 100 x 120 = 12,000
  ['a model that is named like others', { model: 'gpt-5-pro', usage: tokens(1000, 100) }, 0.027],
  ['a dated snapshot', { model: 'gpt-5-mini-2025-08-07', usage: tokens(1001, 3) }, 0.00025625],
  ['behind a gateway', { model: 'openai/gpt-5-mini', usage: tokens(1001, 3) }, 0.00025625],

  // 1,000 x 1.25 + 100 x 10: nothing is known of a cache, so all of it is new
  ['no details', { model: 'gpt-5', usage: { input_tokens: 1000, output_tokens: 100 } }, 0.00225],
  [
    'details that are null',
    {
      model: 'gpt-5',
      usage: {
        input_tokens: 1000,
        input_tokens_details: null,
        output_tokens: 100,
        output_tokens_details: null,
      },
    },
    0.00225,
  ],
  ['no usage', { model: 'gpt-5', usage: null }, undefined],
  ['a part of a token', { model: 'gpt-5', usage: tokens(100.5, 10) }, undefined],
  ['no count of the output', { model: 'gpt-5', usage: { input_tokens: 1000 } }, undefined],
  // 100 x 0.125: no more can be cached than there was
  [
    'more cached than there was input',
    { model: 'gpt-5', usage: tokens(100, 0, { cached: 5000 }) },
    0.0000125,
  ],
  // 600 x 0.1 = 60; (1,000 - 600) x 2.5 = 1,000: what was read is not written as well
  [
    'more cached and written than there was input',
    { model: 'gpt-6.2-sol', usage: tokens(1000, 0, { cached: 600, written: 800 }) },
    0.00106,
  ],
];

describe('the cost of a response', () => {
  it.each(rows)('%s', (_rule, record, usd) => {
    expect(costOfResponse(record)).toBe(usd);
  });
});
