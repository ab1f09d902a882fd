/** Asks the provider which models the key can use. */
import type { ListedModel } from '../../core/doctor/models.ts';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { Redact } from '../../core/errors/redact.ts';
import { asName, asObject } from '../../core/text/json.ts';
import { utcDay } from '../../core/text/utc-day.ts';
import type { ModelLister } from '../../engine/ports.ts';
import { type OpenAiSettings, openAiClient, redactSecrets } from './client.ts';
import { failureFrom } from './failure.ts';
import { httpResponse } from './fetch.ts';

const mostListBytes = 8 * 1024 * 1024;

export function openAiModelLister(settings: OpenAiSettings, redactKey: Redact): ModelLister {
  const { client, connections } = openAiClient(settings);
  const redact = redactSecrets(redactKey, process.env, settings.baseUrl);
  const url = new URL(client.baseURL);
  const { host } = url;
  return {
    async list({ signal, limitMs }) {
      const limit = AbortSignal.timeout(limitMs);
      const ended = AbortSignal.any([signal, limit]);
      const list = async () => {
        const response = await client.get('/models', { signal: ended }).asResponse();
        const { body, headers } = httpResponse(response);
        if (/html/i.test(headers.get('content-type') ?? '')) {
          body.cancel();
          throw new ProviderFailure('wrong-endpoint', `${host} answered with a web page`);
        }
        const text = await body.text(mostListBytes);
        if (text === undefined) {
          throw new ProviderFailure(
            'malformed-answer',
            `${host} sent more than any list of models can hold`,
            {
              hint: 'check OPENAI_BASE_URL',
            },
          );
        }
        return readList(parse(text));
      };
      try {
        return await connections.use(ended, list);
      } catch (error) {
        if (signal.aborted) throw new ProviderFailure('cancelled', 'cancelled');
        if (limit.aborted) {
          throw new ProviderFailure(
            'first-event-timeout',
            `no answer from ${host} within ${limitMs / 1000} s`,
            {
              hint: 'check the network, the proxy and OPENAI_BASE_URL',
            },
          );
        }
        const proxy = connections.proxyTo(url);
        throw forListing(
          failureFrom(error, { redact, apiKey: settings.apiKey, now: Date.now(), host, proxy, begun: false }),
        );
      }
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the answer.
    throw new ProviderFailure('malformed-answer', 'the provider sent broken JSON', {
      hint: 'check OPENAI_BASE_URL',
    });
  }
}

/** The hint of the error policy is about the path of a generating request. */
function forListing(failure: ProviderFailure): ProviderFailure {
  if (failure.failureClass !== 'wrong-endpoint') return failure;
  return new ProviderFailure(failure.failureClass, failure.message, {
    ...failure.details,
    hint: 'check OPENAI_BASE_URL: it ends in /v1 and points at a server that speaks the OpenAI API',
  });
}

function readList(body: unknown): ListedModel[] {
  const data = asObject(body)?.data;
  if (!Array.isArray(data)) {
    throw new ProviderFailure('malformed-answer', 'the answer to /models is not a list of models', {
      hint: 'check OPENAI_BASE_URL',
    });
  }
  return data.flatMap((entry) => {
    const model = asObject(entry);
    const id = asName(model?.id);
    return id === undefined ? [] : [{ id, shutdown: dayOf(model?.shutdown_date) }];
  });
}

/** From text or from seconds since 1970. Undefined where it is neither. */
function dayOf(value: unknown): string | null | undefined {
  if (value === null) return null;
  if (typeof value === 'string') return /^\d{4}-\d{2}-\d{2}/.exec(value)?.[0];
  if (typeof value !== 'number' || !(value > 0 && value < 1e11)) return undefined;
  return utcDay(value * 1000);
}
