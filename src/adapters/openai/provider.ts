/**
 * The provider over the Responses API, by the openai package: streaming by default, the package's own
 * retries and logging off, a terminal event demanded, aborted down to the socket.
 */
import type { ResponseCreateParamsBase } from 'openai/resources/responses/responses';
import { exactRedactor, pieceRedactor, type Redact } from '../../core/errors/redact.ts';
import { bodyOf } from '../../engine/attempts/parameters.ts';
import type { GenerateResult, Provider } from '../../engine/ports.ts';
import { Watchdog } from '../http/watchdog.ts';
import { readBody } from './body.ts';
import { type OpenAiSettings, openAiClient, redactSecrets } from './client.ts';
import { failureFrom } from './failure.ts';
import { httpResponse } from './fetch.ts';
import { limitsFor } from './limits.ts';

export interface OpenAiProviderOptions extends OpenAiSettings {
  redact: Redact;
}

export function openAiProvider({ redact: redactKey, ...settings }: OpenAiProviderOptions): Provider {
  const { client, connections } = openAiClient(settings);
  const redact = redactSecrets(redactKey, process.env, settings.baseUrl);
  const withoutKey = exactRedactor([settings.apiKey]);
  const url = new URL(client.baseURL);

  return {
    async generate(request, options) {
      // Before the headers of a plain answer only the attempt's own limit can tell a slow one from a dead one.
      const firstEventMs = request.stream ? options.firstEventMs : Number.POSITIVE_INFINITY;
      const watchdog = new Watchdog({ ...options, firstEventMs }, options.signal);
      const started = performance.now();
      let begun = false;
      const pieces = pieceRedactor(settings.apiKey);
      const onText = request.stream ? options.onText : undefined;
      const emit = (text: string) => {
        if (text !== '') onText?.(text);
      };
      try {
        const answer = async () => {
          const response = await client.responses
            .create(bodyOf(request) as ResponseCreateParamsBase, { signal: watchdog.signal })
            .asResponse();
          begun = true;
          // The headers of a plain answer say that it is coming.
          if (!request.stream) watchdog.beat();
          const body = await readBody(httpResponse(response), {
            watchdog,
            onText: onText && ((delta) => emit(pieces.push(delta))),
            elapsed: () => performance.now() - started,
            limits: limitsFor(request.maxOutputTokens),
          });
          emit(pieces.rest());
          return body;
        };
        const result = await connections.use(watchdog.signal, answer);
        return redactedResult({ ...result, text: withoutKey(result.text) }, redact);
      } catch (error) {
        // What the abort made the package throw (or not throw) says less than why it was aborted.
        const proxy = connections.proxyTo(url);
        throw (
          watchdog.failure ??
          failureFrom(error, {
            redact,
            apiKey: settings.apiKey,
            now: Date.now(),
            host: url.host,
            proxy,
            begun,
          })
        );
      } finally {
        watchdog.close();
      }
    },
  };
}

/** What a server says of itself is shown and recorded: a hostile one could say the key. */
function redactedResult(result: GenerateResult, redact: Redact): GenerateResult {
  const clean = (text: string | undefined) => (text === undefined ? undefined : redact(text));
  return {
    ...result,
    responseId: clean(result.responseId),
    servedModel: clean(result.servedModel),
    serviceTier: clean(result.serviceTier),
    completionWindow: clean(result.completionWindow),
  };
}
