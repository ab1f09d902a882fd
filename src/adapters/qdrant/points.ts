/**
 * How a file is known to the server: by a name for this version of it, which also says how many points it has, so that
 * counting the points of each name tells what is there. Another version has other points: in a collection that several
 * branches share, they stand side by side.
 */
import { createHash } from 'node:crypto';
import { kindOf } from '../../core/input/file-kind.ts';
import { languageOfPath } from '../../core/input/language.ts';
import type { IndexedBlock } from '../../core/retrieve/index/terms-of-file.ts';
import { tokeniserVersion } from '../../core/retrieve/tokens.ts';
import type { Dense, Point } from './collection.ts';
import { blockVector } from './sparse-vector.ts';

/** Of the blocks of a file: how many there are, and their terms together. */
export interface FileSize {
  blocks: number;
  length: number;
}

export interface FileVersion extends FileSize {
  /** What is the same for the same text at the same path. */
  stem: string;
  /** In tenths: of a block of the collection, when the points were made. */
  averageLength: number;
}

/** To be raised when points hold something else: those that are there are made anew. */
const pointsVersion = 2;

/** What points are made with, apart from the file. */
export function makeOf(dense: Dense | undefined): string {
  return `${pointsVersion} ${tokeniserVersion} ${dense ? `${dense.model}/${dense.dimensions}` : 'bm25'}`;
}

/** `hash`: of the file's bytes. */
export function stemOf(path: string, hash: string, dense: Dense | undefined): string {
  return createHash('sha256')
    .update([makeOf(dense), path, hash].join('\0'))
    .digest('hex')
    .slice(0, 24);
}

export function versionName({ stem, blocks, length, averageLength }: FileVersion): string {
  return [stem, blocks, length, averageLength].join('.');
}

/** Undefined for a name that is not of this form. */
export function readVersionName(name: string): FileVersion | undefined {
  const [, stem, blocks, length, averageLength] =
    /^([0-9a-f]{24})\.(\d{1,9})\.(\d{1,12})\.(\d{1,9})$/.exec(name) ?? [];
  if (stem === undefined) return undefined;
  return { stem, blocks: Number(blocks), length: Number(length), averageLength: Number(averageLength) };
}

export function sizeOf(blocks: readonly IndexedBlock[]): FileSize {
  return { blocks: blocks.length, length: blocks.reduce((sum, { length }) => sum + length, 0) };
}

/** `vectors`: of the blocks, in order. */
export function pointsOf(
  { path, hash }: { path: string; hash: string },
  version: FileVersion,
  blocks: readonly IndexedBlock[],
  vectors: readonly Float32Array[] | undefined,
): Point[] {
  const shared = {
    file: versionName(version),
    path,
    hash,
    kind: kindOf(path),
    language: languageOfPath(path),
  };
  return blocks.map((block, at) => ({
    id: uuid(`${version.stem}:${block.start}`),
    sparse: blockVector(block, version.averageLength / 10),
    dense: vectors?.[at],
    payload: { ...shared, start: block.start, end: block.end },
  }));
}

/** Of our own: what it is makes no difference. */
const namespace = Buffer.from('6f2b1c0e5d7a4e0c9a6b0d4f8e3c7a15', 'hex');

/** A UUID of version 5. */
function uuid(name: string): string {
  const bytes = createHash('sha1').update(namespace).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
