/**
 * The index as bytes. The numbers lie as they are in memory, so that loading is hardly more than reading; a machine of
 * the other byte order takes the file for a foreign one.
 *
 * Four numbers of 32 bits: magic, version, checksum of all that follows, length of the JSON. Then the JSON (manifest,
 * symbols and sizes) and the arrays of each segment, each padded to 8 bytes.
 */
import { tokeniserVersion } from '../tokens.ts';
import { type SkipReason, skipReasons } from '../types.ts';
import type { Manifest, ManifestRow } from './manifest.ts';
import { isSound, type Segment } from './segment.ts';

const magic = 0x6f726978;
const formatVersion = 1;
const version = formatVersion * 0x1_0000 + tokeniserVersion;
const headerBytes = 16;

/** Path, stamp, and hash, segment and number there, or why it is not searched. */
type JsonRow = [string, string, string, number, number] | [string, string, string];

interface JsonPart {
  rows: JsonRow[];
  segments: { files: number; terms: number; postings: number; symbols: string }[];
}

export function encodeIndex(segments: readonly Segment[], manifest: Manifest): Uint8Array {
  const json: JsonPart = {
    rows: Array.from(manifest.values(), (row) =>
      row.skipped === undefined
        ? [row.path, row.stamp, row.hash, segments.indexOf(row.place.segment), row.place.file]
        : [row.path, row.stamp, row.skipped],
    ),
    segments: segments.map(({ firstBlock, keys, postings, symbols }) => ({
      files: firstBlock.length - 1,
      terms: keys.length,
      postings: postings.length,
      // What is defined in a line holds no line end.
      symbols: symbols.join('\n'),
    })),
  };
  const text = new TextEncoder().encode(JSON.stringify(json));
  const arrays = segments.flatMap((segment) => arraysOf(segment));
  const bytes = new Uint8Array(
    arrays.reduce((sum, { byteLength }) => sum + padded(byteLength), headerBytes + padded(text.length)),
  );
  bytes.set(text, headerBytes);
  let at = headerBytes + padded(text.length);
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  }
  const header = new Uint32Array(bytes.buffer, 0, 4);
  header.set([magic, version, 0, text.length]);
  header[2] = checksum(bytes);
  return bytes;
}

/** Undefined if this is no sound index of this version. */
export function decodeIndex(
  given: Uint8Array,
): { segments: [Segment, Segment]; manifest: Map<string, ManifestRow> } | undefined {
  // The arrays are views, which have to be aligned.
  const bytes = given.byteOffset % 8 === 0 ? given : given.slice();
  if (bytes.length < headerBytes || bytes.length % 8 !== 0) return undefined;
  const [foundMagic, foundVersion, sum, jsonLength] = new Uint32Array(bytes.buffer, bytes.byteOffset, 4);
  if (foundMagic !== magic || foundVersion !== version || sum !== checksum(bytes)) return undefined;
  if (jsonLength! > bytes.length - headerBytes) return undefined;
  const json = parsed(bytes.subarray(headerBytes, headerBytes + jsonLength!));
  if (json === undefined) return undefined;
  let at = headerBytes + padded(jsonLength!);
  const take = <T>(
    type: { new (buffer: ArrayBufferLike, at: number, length: number): T; BYTES_PER_ELEMENT: number },
    length: number,
  ) => {
    const from = at;
    at += padded(length * type.BYTES_PER_ELEMENT);
    return at > bytes.length ? undefined : new type(bytes.buffer, bytes.byteOffset + from, length);
  };
  const segments: Segment[] = [];
  for (const { files, terms, postings, symbols: joined } of json.segments) {
    const keys = take(Float64Array, terms);
    const firstBlock = take(Uint32Array, files + 1);
    const blocks = firstBlock?.[files];
    if (keys === undefined || firstBlock === undefined || blocks === undefined) return undefined;
    const starts = take(Uint32Array, blocks);
    const ends = take(Uint32Array, blocks);
    const postingEnds = take(Uint32Array, terms);
    const lengths = take(Uint16Array, blocks);
    const bytesOfPostings = take(Uint8Array, postings);
    if (!starts || !ends || !postingEnds || !lengths || !bytesOfPostings) return undefined;
    const symbols = blocks === 0 ? [] : joined.split('\n');
    const segment = {
      firstBlock,
      starts,
      ends,
      lengths,
      symbols,
      keys,
      postingEnds,
      postings: bytesOfPostings,
    };
    if (symbols.length !== blocks || !isSound(segment)) return undefined;
    segments.push(segment);
  }
  if (at !== bytes.length) return undefined;
  const manifest = manifestOf(json.rows, segments);
  return manifest && { segments: [segments[0]!, segments[1]!], manifest };
}

function arraysOf({ keys, firstBlock, starts, ends, postingEnds, lengths, postings }: Segment) {
  return [keys, firstBlock, starts, ends, postingEnds, lengths, postings];
}

function manifestOf(
  rows: readonly JsonRow[],
  segments: readonly Segment[],
): Map<string, ManifestRow> | undefined {
  const manifest = new Map<string, ManifestRow>();
  const taken = segments.map(({ firstBlock }) => new Uint8Array(firstBlock.length - 1));
  for (const [path, stamp, hash, number, file] of rows) {
    if (number === undefined || file === undefined) {
      manifest.set(path, { path, stamp, skipped: hash as SkipReason });
      continue;
    }
    const ofSegment = taken[number];
    // Each file belongs to one row, and each path has one.
    if (ofSegment?.[file] !== 0) return undefined;
    ofSegment[file] = 1;
    manifest.set(path, { path, stamp, hash, place: { segment: segments[number]!, file } });
  }
  return manifest.size === rows.length ? manifest : undefined;
}

function parsed(bytes: Uint8Array): JsonPart | undefined {
  let json: Partial<JsonPart> | null;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  const { rows, segments } = json ?? {};
  const sound =
    Array.isArray(rows) &&
    rows.every(isRow) &&
    Array.isArray(segments) &&
    segments.length === 2 &&
    segments.every(
      (each) =>
        typeof each === 'object' &&
        each !== null &&
        [each.files, each.terms, each.postings].every(isCount) &&
        typeof each.symbols === 'string',
    );
  return sound ? { rows, segments } : undefined;
}

function isRow(row: unknown): row is JsonRow {
  if (!Array.isArray(row) || row.slice(0, 3).some((text) => typeof text !== 'string')) return false;
  return row.length === 5
    ? isCount(row[3]) && isCount(row[4])
    : row.length === 3 && (skipReasons as readonly string[]).includes(row[2]);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** Of what follows the checksum. */
function checksum(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let sum = words.length;
  for (let at = 3; at < words.length; at++)
    sum = Math.imul((sum << 5) ^ (sum >>> 27) ^ words[at]!, 0x01000193);
  return sum >>> 0;
}
