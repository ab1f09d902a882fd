/** Shows on a terminal that an index is being made, once that takes longer than a moment. */
import type { ProgressEvent } from '../engine/context.ts';
import type { IOStreams } from './streams/streams.ts';

/** What is ready before needs no word. */
const noticeMs = 1000;

export interface IndexingProgress {
  onEvent(event: ProgressEvent): void;
  stop(): Promise<void>;
}

export function indexingProgress(
  streams: Pick<IOStreams, 'startSpinner' | 'stderrIsLive'>,
): IndexingProgress {
  let firstAt: number | undefined;
  let spinner: ReturnType<IOStreams['startSpinner']> | undefined;
  return {
    onEvent(event) {
      if (event.kind !== 'indexing' || !streams.stderrIsLive) return;
      firstAt ??= performance.now();
      if (performance.now() - firstAt < noticeMs) return;
      spinner ??= streams.startSpinner();
      spinner.then((shown) => {
        shown.text = `indexing ${Math.floor((event.done / event.total) * 100)} % of ${event.total} files`;
      });
    },
    async stop() {
      const shown = await spinner;
      if (shown?.isSpinning) shown.stop();
    },
  };
}
