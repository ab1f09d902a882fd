/**
 * The vectors of blocks, kept by a hash of their text, so that no text is paid for twice. They are kept with eight bits
 * for a dimension, and used as they are kept: whether a vector is new makes no difference.
 */
import { createHash } from 'node:crypto';
import type { Embedder } from '../../engine/retrieval-ports.ts';
import type { Store } from './store.ts';

const hashBytes = 16;
const scaleBytes = 4;
/** Some 100 MB with 512 dimensions. */
const mostKept = 200_000;

export interface VectorCache {
  /** Those of the texts that are not paid for yet. */
  missing(texts: readonly string[]): string[];
  /** One per text. Throws what the embedder throws; what was paid for until then is kept. */
  vectors(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** To be called when all are known that a search needs. */
  save(): void;
}

export function vectorCache(embedder: Embedder, store: Store): VectorCache {
  const { model, dimensions } = embedder;
  const header = `${JSON.stringify({ model, dimensions })}\n`;
  const known = read(store.load('vectors'), header, dimensions);
  let isNew = false;
  return {
    missing: (texts) => texts.filter((text) => !known.has(hashOf(text))),
    async vectors(texts, signal) {
      const hashes = texts.map(hashOf);
      const missing = new Map(hashes.flatMap((hash, at) => (known.has(hash) ? [] : [[hash, texts[at]!]])));
      if (missing.size > 0) {
        const vectors = await embedder.embed([...missing.values()], signal);
        for (const [at, hash] of [...missing.keys()].entries()) known.set(hash, pack(vectors[at]!));
        isNew = true;
      }
      return hashes.map((hash) => unpack(known.get(hash)!));
    },
    save() {
      if (!isNew) return;
      isNew = false;
      // Those of text that is gone are the oldest.
      const kept = [...known].slice(-mostKept);
      const parts = kept.flatMap(([hash, vector]) => [Buffer.from(hash, 'hex'), vector]);
      store.save('vectors', Buffer.concat([Buffer.from(header), ...parts]));
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * hashBytes);
}

function read(bytes: Uint8Array | undefined, header: string, dimensions: number): Map<string, Uint8Array> {
  const known = new Map<string, Uint8Array>();
  const buffer = Buffer.from(bytes ?? []);
  if (!buffer.toString('latin1', 0, header.length).startsWith(header)) return known;
  const size = hashBytes + scaleBytes + dimensions;
  for (let at = header.length; at + size <= buffer.length; at += size)
    known.set(buffer.toString('hex', at, at + hashBytes), buffer.subarray(at + hashBytes, at + size));
  return known;
}

/** The scale as a 32-bit float, and a byte for each dimension. */
function pack(vector: Float32Array): Uint8Array {
  const scale = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1;
  const packed = Buffer.alloc(scaleBytes + vector.length);
  packed.writeFloatLE(scale, 0);
  for (const [at, value] of vector.entries()) packed.writeInt8(Math.round(value / scale), scaleBytes + at);
  return packed;
}

function unpack(packed: Uint8Array): Float32Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const scale = view.getFloat32(0, true);
  return Float32Array.from(
    { length: packed.length - scaleBytes },
    (_, at) => scale * view.getInt8(scaleBytes + at),
  );
}
