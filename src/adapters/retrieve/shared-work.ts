/** Work whose result many calls at once can share, without one of them getting what was seen before it came. */

/**
 * Calls with the same key that come while the work is going on share the next run, which begins after they came. It is
 * given up once all of them are.
 */
export type SharedWork<T> = (
  key: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

interface Run<T> {
  result: Promise<T>;
  callers: number;
  controller: AbortController;
}

export function sharedWork<T>(): SharedWork<T> {
  /** What has not begun yet, and what was begun last. */
  const next = new Map<string, Run<T>>();
  const last = new Map<string, Promise<unknown>>();

  const plan = (key: string, work: (signal: AbortSignal) => Promise<T>): Run<T> => {
    const controller = new AbortController();
    const begin = () => {
      if (next.get(key) === run) next.delete(key);
      controller.signal.throwIfAborted();
      return work(controller.signal);
    };
    const result = (last.get(key) ?? Promise.resolve()).then(begin, begin);
    const run: Run<T> = { result, callers: 0, controller };
    next.set(key, run);
    last.set(key, result);
    const forget = () => {
      if (last.get(key) === result) last.delete(key);
    };
    result.then(forget, forget);
    return run;
  };

  return async (key, signal, work) => {
    signal.throwIfAborted();
    const run = next.get(key) ?? plan(key, work);
    run.callers++;
    let leave = () => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        leave = () => reject(signal.reason);
        signal.addEventListener('abort', leave, { once: true });
        run.result.then(resolve, reject);
      });
    } finally {
      signal.removeEventListener('abort', leave);
      run.callers--;
      if (run.callers === 0) {
        // Whoever comes now begins another.
        if (next.get(key) === run) next.delete(key);
        run.controller.abort(signal.reason);
      }
    }
  };
}
