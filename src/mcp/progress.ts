/** Progress notifications: one for every step, and a sign of life every few seconds in between. */
import type { ServerNotification } from '@modelcontextprotocol/sdk/types.js';
import { formatDuration } from '../core/text/format.ts';
import type { ProgressEvent } from '../engine/context.ts';

const everyMs = 5000;

export interface ProgressReporter {
  onEvent(event: ProgressEvent): void;
  stop(): void;
}

/** Without a token the client does not want progress notifications. */
export function progressReporter(
  token: string | number | undefined,
  send: (notification: ServerNotification) => Promise<void>,
  /** Makes a text fit to be shown. */
  shown: (text: string) => string,
): ProgressReporter {
  if (token === undefined) return { onEvent: () => {}, stop: () => {} };
  let progress = 0;
  let model = '';
  let characters = 0;
  let doing = 'waiting';
  const notify = (message: string) => {
    progress++;
    // A disconnected client is noticed elsewhere.
    send({
      method: 'notifications/progress',
      params: { progressToken: token, progress, message: shown(message) },
    }).catch(() => {});
  };
  const timer = setInterval(
    () =>
      notify(
        characters > 0
          ? `${model}: about ${Math.ceil(characters / 3)} tokens so far`
          : `${model || 'orch'}: ${doing}`,
      ),
    everyMs,
  );
  return {
    onEvent(event) {
      switch (event.kind) {
        case 'decision':
          notify(event.decision.rationale);
          break;
        case 'attempt':
          ({ model } = event);
          characters = 0;
          notify(`asking ${model}`);
          break;
        case 'text':
          characters += event.delta.length;
          break;
        case 'indexing':
          doing = `indexing ${event.done} of ${event.total} files`;
          break;
        case 'notice':
          notify(event.text);
          break;
        case 'retry':
          notify(
            `${event.model}: ${event.reason}; trying again${event.waitMs > 0 ? ` in ${formatDuration(event.waitMs)}` : ''}`,
          );
          break;
        case 'fallback':
          notify(`${event.from}: ${event.reason}; now ${event.to}`);
          break;
      }
    },
    stop: () => clearInterval(timer),
  };
}
