/** Sends on what is recorded: in the background, and at the end within a limit. */
import { setTimeout as delay } from 'node:timers/promises';
import type { UsageRecord } from '../../core/record/usage-record.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** How long the end of the process may be held up. */
export const flushMs = 500;

export interface SentOn {
  /** The rows of a call. Nothing is started before there are some. */
  send(records: readonly UsageRecord[]): void;
  /** Never rejects. */
  close(): Promise<void>;
}

/** What fails goes to `debug` alone. */
export function sentOn({
  start,
  clean,
  debug,
}: {
  start: () => Promise<Telemetry>;
  /** Takes out what must not leave the machine. */
  clean: (record: UsageRecord) => UsageRecord;
  debug: (message: string) => void;
}): SentOn {
  let started: Promise<Telemetry> | undefined;
  const logged = (error: unknown) => debug(error instanceof Error ? error.message : String(error));
  const send = async (records: readonly UsageRecord[]) => {
    started ??= start();
    (await started).record(records.map(clean));
  };
  return {
    send(records) {
      if (records.length > 0) void send(records).catch(logged);
    },
    async close() {
      if (started === undefined) return;
      const over = new AbortController();
      const telemetry = started;
      const flushed = telemetry.then((sending) => sending.flush()).catch(logged);
      const late = delay(flushMs, 'late', { signal: over.signal }).catch(() => undefined);
      if ((await Promise.race([flushed, late])) === 'late') debug(`not sent within ${flushMs} ms`);
      over.abort();
      void telemetry.then((sending) => sending.close()).catch(() => undefined);
    },
  };
}
