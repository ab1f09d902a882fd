/** Shows progress on stderr: the route, every retry and fallback with its reason, the answer as it arrives. */
import { type Candidate, candidatesOf } from '../core/router/decision.ts';
import { formatDuration } from '../core/text/format.ts';
import type { ProgressEvent } from '../engine/context.ts';
import type { IOStreams } from './streams/streams.ts';

export interface ProgressOptions {
  streams: IOStreams;
  /** `preview`: the model's answer on stderr as it arrives. `spinner`: a spinner. `plain`: lines only. */
  style: 'preview' | 'spinner' | 'plain';
  /** The caller prints the answer as it arrives: a spinner ends with the first word. */
  untilText: boolean;
  /** Print the routing decision first. */
  showDecision: boolean;
}

export interface Progress {
  onEvent(event: ProgressEvent): void;
  stop(): void;
}

export async function startProgress({
  streams,
  style,
  untilText,
  showDecision,
}: ProgressOptions): Promise<Progress> {
  const spinner = style === 'spinner' ? await streams.startSpinner() : undefined;
  let characters = 0;
  let model = '';
  let midLine = false;
  let started = performance.now();
  let thinking = new Set<string>();
  // Asked for with each frame, so that the seconds need no timer.
  if (spinner) spinner.suffixText = () => `${Math.floor((performance.now() - started) / 1000)} s`;
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
          thinking = new Set(
            candidatesOf(event.decision)
              .filter(thinks)
              .map((candidate) => candidate.model),
          );
          break;
        case 'attempt':
          model = event.model;
          characters = 0;
          started = performance.now();
          if (spinner) {
            const doing = thinking.has(model) ? 'thinking' : 'waiting';
            const again = event.attempt > 1 ? `, attempt ${event.attempt}` : '';
            spinner.text = streams.shown(`${model} ${doing}${again} …`);
            if (!spinner.isSpinning) spinner.start();
          }
          break;
        case 'text':
          characters += event.delta.length;
          if (style === 'preview') {
            streams.errStyled(streams.errStyle.dim(streams.shown(event.delta)));
            midLine = !event.delta.endsWith('\n');
          } else if (untilText) spinner?.stop();
          else if (spinner)
            spinner.text = streams.shown(`${model} … about ${Math.ceil(characters / 3)} tokens`);
          break;
        case 'retry':
          started = performance.now();
          if (spinner) spinner.text = streams.shown(`${event.model} trying again …`);
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

/** Before its first word; without reasoning, a model only keeps one waiting. */
function thinks({ parameters: { effort } }: Candidate): boolean {
  return effort !== undefined && effort !== 'none';
}
