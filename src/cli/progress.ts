/** Shows progress on stderr: the route, every retry and fallback with its reason, the answer as it arrives. */
import { type Candidate, candidatesOf } from '../core/router/decision.ts';
import { formatDuration } from '../core/text/format.ts';
import type { ProgressEvent } from '../engine/context.ts';
import type { IOStreams } from './streams/streams.ts';

export interface ProgressOptions {
  streams: IOStreams;
  /** What tells a waiting person that something goes on. `line`: one for each attempt, where nothing can move. */
  sign: 'spinner' | 'line' | undefined;
  /** The model's answer on stderr as it arrives. */
  preview: boolean;
  /** The answer is shown as it arrives, here or by the caller: a spinner ends with the first word. */
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
  sign,
  preview,
  untilText,
  showDecision,
}: ProgressOptions): Promise<Progress> {
  const spinner = sign === 'spinner' ? await streams.startSpinner() : undefined;
  let characters = 0;
  let model = '';
  let midLine = false;
  let started = performance.now();
  let thinking = new Set<string>();
  // Asked for with each frame, so that the seconds need no timer.
  if (spinner) spinner.suffixText = () => `${Math.floor((performance.now() - started) / 1000)} s`;
  const endLine = () => {
    if (midLine) streams.err('\n');
    midLine = false;
  };
  // Even one that has stopped moves the cursor and clears its line, where by now there may be text.
  const stopSpinner = () => {
    if (spinner?.isSpinning) spinner.stop();
  };
  const line = (text: string) => {
    if (spinner?.isSpinning) spinner.clear();
    endLine();
    streams.err(`${text}\n`);
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
          if (sign !== undefined) {
            const doing = thinking.has(model) ? 'thinking' : 'waiting';
            const again = event.attempt > 1 ? `, attempt ${event.attempt}` : '';
            const text = `${model} ${doing}${again} …`;
            if (!spinner) line(text);
            else {
              endLine();
              spinner.text = streams.shown(text);
              if (!spinner.isSpinning) spinner.start();
            }
          }
          break;
        case 'text':
          characters += event.delta.length;
          if (untilText) stopSpinner();
          if (preview) {
            streams.errStyled(streams.errStyle.dim(streams.shown(event.delta)));
            midLine = !event.delta.endsWith('\n');
          } else if (spinner && !untilText)
            spinner.text = streams.shown(`${model} … about ${Math.ceil(characters / 3)} tokens`);
          break;
        case 'retry':
          started = performance.now();
          if (spinner) spinner.text = streams.shown(`${event.model} trying again …`);
          line(
            `retry: ${event.model}: ${event.reason}${event.waitMs > 0 ? `; trying again in ${formatDuration(event.waitMs)}` : ''}`,
          );
          break;
        case 'indexing':
          break;
        case 'notice':
          line(event.text);
          break;
        case 'fallback':
          line(`fallback: ${event.from}: ${event.reason}; now ${event.to}`);
          break;
      }
    },
    stop() {
      stopSpinner();
      endLine();
    },
  };
}

/** Before its first word; without reasoning, a model only keeps one waiting. */
function thinks({ parameters: { effort } }: Candidate): boolean {
  return effort !== undefined && effort !== 'none';
}
