/** Keeps V8 from optimising undici's parser. Goes when Node 22 is the floor. */
import { setFlagsFromString } from 'node:v8';

declare const WebAssembly: { Module: new (bytes: Uint8Array) => object };

/** What a function has to run through before V8 optimises it. */
const budget = (units: number) => setFlagsFromString(`--wasm-tiering-budget=${units}`);
const never = 1_000_000_000;
/** Of V8 11.3, which every Node 20 has. */
const standard = 1_800_000;

/**
 * undici's parser is WebAssembly. V8 begins to optimise it during the first answer, and a command on Node 20 cannot
 * end until that is done. A module takes its budget when it is compiled, so the flag is set for no longer than that:
 * while it differs, V8 refuses the code that boot/compiled-code.ts keeps, and marks new code as made under this flag.
 */
export function leaveParserUnoptimised(): void {
  if (!process.versions.node.startsWith('20.')) return;
  const { Module } = WebAssembly;
  WebAssembly.Module = new Proxy(Module, {
    construct(target, args) {
      WebAssembly.Module = Module;
      budget(never);
      try {
        return Reflect.construct(target, args);
      } finally {
        budget(standard);
      }
    },
  });
}
