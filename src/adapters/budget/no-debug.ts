/** Stands in for the debug package in the build, which only ioredis uses. */
export default function noDebug(): (() => void) & { enabled: boolean } {
  return Object.assign(() => undefined, { enabled: false });
}
