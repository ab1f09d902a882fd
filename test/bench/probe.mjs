/** Loaded into the process that a bench watches (`node --expose-gc --import`): says over IPC what it holds. */
import { setImmediate as turn } from 'node:timers/promises';

const troubles = [];
process.on('unhandledRejection', (reason) =>
  troubles.push(`unhandled rejection: ${reason?.stack ?? reason}`),
);
process.on('warning', (warning) => troubles.push(`warning: ${warning.stack}`));

process.on('message', async () => {
  // Weak references and finalizers of one round are the garbage of the next.
  for (let round = 0; round < 6; round++) {
    globalThis.gc();
    await turn();
  }
  const resources = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const listeners = {};
  for (const [name, emitter] of Object.entries({
    process,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  })) {
    listeners[name] = emitter.eventNames().reduce((sum, event) => sum + emitter.listenerCount(event), 0);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ resources, listeners, memory: { heapUsed, external, rss }, troubles });
});
process.channel.unref();
