/** Shows progress on stderr: the route, every retry and fallback with its reason, the answer as it arrives. */
import { formatDuration } from '../core/text/format.ts';
import type { ProgressEvent } from '../engine/context.ts';
import type { IOStreams } from './streams.ts';

export interface ProgressOptions {
  streams: IOStreams;
  /** `preview`: the model's answer on stderr as it arrives. `spinner`: a spinner. `plain`: lines only. */
  style: 'preview' | 'spinner' | 'plain';
  /** Print the routing decision first. */
  showDecision: boolean;
}

export interface Progress {
  onEvent(event: ProgressEvent): void;
  stop(): void;
}

export async function startProgress({ streams, style, showDecision }: ProgressOptions): Promise<Progress> {
  const spinner = style === 'spinner' ? await streams.startSpinner() : undefined;
  let characters = 0;
  let model = '';
  let midLine = false;
  const line = (text: string) => {
    spinner?.clear();
    streams.err(`${midLine ? '\n' : ''}${text}\n`);
    midLine = false;
  };
  return {
    onEvent(event) {
      switch (event.kind) {
        case 'decision':
          if (showDecision) line(`route: ${event.decision.rationale}`);
          break;
        case 'attempt':
          model = event.model;
          characters = 0;
          if (spinner) spinner.text = streams.shown(`${model} …`);
          break;
        case 'text':
          characters += event.delta.length;
          if (style === 'preview') {
            streams.errStyled(streams.errStyle.dim(streams.shown(event.delta)));
            midLine = !event.delta.endsWith('\n');
          } else if (spinner)
            spinner.text = streams.shown(`${model} … about ${Math.ceil(characters / 3)} tokens`);
          break;
        case 'retry':
          line(
            `retry: ${event.model}: ${event.reason}${event.waitMs > 0 ? `; trying again in ${formatDuration(event.waitMs)}` : ''}`,
          );
          break;
        case 'fallback':
          line(`fallback: ${event.from}: ${event.reason}; now ${event.to}`);
          break;
      }
    },
    stop() {
      spinner?.stop();
      if (midLine) streams.err('\n');
      midLine = false;
    },
  };
}
