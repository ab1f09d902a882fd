/**
 * The vectors of blocks, kept by a hash of their text, so that no text is paid for twice. They are kept with eight bits
 * for a dimension, and used as they are kept: whether a vector is new makes no difference. Each has a checksum: of a
 * file that is damaged, those that are whole are worth their money still.
 */
import { createHash } from 'node:crypto';
import type { Embedder } from '../../engine/retrieval-ports.ts';
import type { Store } from './store.ts';

const format = 2;
const hashBytes = 16;
const scaleBytes = 4;
const sumBytes = 8;
/** Some 100 MB with 512 dimensions. */
const mostKept = 200_000;
/** Vectors that a process which is killed may lose: so many, or this share of those that it has. */
const mostUnsaved = 2000;
const unsavedShare = 0.25;

export interface VectorCache {
  /** Those of the texts that are not paid for yet. */
  missing(texts: readonly string[]): string[];
  /** One per text. Throws what the embedder throws; what was paid for until then is kept. */
  vectors(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** To be called when all are known that a search needs. Gives why they cannot be kept. */
  save(): string | undefined;
}

export function vectorCache(embedder: Embedder, store: Store): VectorCache {
  const { model, dimensions } = embedder;
  const header = `${JSON.stringify({ format, model, dimensions })}\n`;
  const known = read(store.load('vectors'), header, dimensions);
  let unsaved = 0;
  const save = () => {
    if (unsaved === 0) return undefined;
    unsaved = 0;
    // Those of text that is gone are the oldest.
    const kept = [...known].slice(-mostKept);
    const parts = kept.flatMap(([hash, vector]) => {
      const key = Buffer.from(hash, 'hex');
      return [key, vector, checksum(key, vector)];
    });
    return store.save('vectors', Buffer.concat([Buffer.from(header), ...parts]));
  };
  return {
    missing: (texts) => texts.filter((text) => !known.has(hashOf(text))),
    async vectors(texts, signal) {
      const hashes = texts.map(hashOf);
      const missing = new Map(hashes.flatMap((hash, at) => (known.has(hash) ? [] : [[hash, texts[at]!]])));
      const missingHashes = [...missing.keys()];
      const keep = (vectors: readonly Float32Array[], first: number) => {
        for (const [at, vector] of vectors.entries()) known.set(missingHashes[first + at]!, pack(vector));
        unsaved += vectors.length;
        if (unsaved > Math.max(mostUnsaved, known.size * unsavedShare)) save();
      };
      if (missing.size > 0) await embedder.embed([...missing.values()], signal, keep);
      return hashes.map((hash) => unpack(known.get(hash)!));
    },
    save,
  };
}

function hashOf(text: string): string {
  return createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * hashBytes);
}

function checksum(key: Uint8Array, vector: Uint8Array): Uint8Array {
  return createHash('sha256').update(key).update(vector).digest().subarray(0, sumBytes);
}

function read(bytes: Uint8Array | undefined, header: string, dimensions: number): Map<string, Uint8Array> {
  const known = new Map<string, Uint8Array>();
  const buffer = Buffer.from(bytes ?? []);
  if (!buffer.toString('latin1', 0, header.length).startsWith(header)) return known;
  const vectorBytes = scaleBytes + dimensions;
  const size = hashBytes + vectorBytes + sumBytes;
  for (let at = header.length; at + size <= buffer.length; at += size) {
    const key = buffer.subarray(at, at + hashBytes);
    const vector = buffer.subarray(at + hashBytes, at + hashBytes + vectorBytes);
    const sum = buffer.subarray(at + size - sumBytes, at + size);
    if (sum.equals(checksum(key, vector))) known.set(key.toString('hex'), vector);
  }
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
