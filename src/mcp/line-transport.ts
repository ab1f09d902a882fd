/**
 * JSON-RPC over lines. Unlike the SDK's own, nothing that a client sends goes without an answer: what cannot be
 * read is told (-32700), so is what is no message (-32600), a batch is taken apart (protocol 2025-03-26 has them),
 * and keys that the protocol does not know are left out rather than held against the message.
 */
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { inWords, type Json, MessageFault, readMessage } from './json-rpc.ts';

/** A longer line is no message: it would only fill the memory. */
const longestLine = 64 * 1024 * 1024;
const lineFeed = 0x0a;

export class LineTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  readonly #input: Readable;
  readonly #output: Writable;
  /** Pieces of the line that is not complete yet. */
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  async start(): Promise<void> {
    this.#input.on('data', this.#take);
  }

  async close(): Promise<void> {
    this.#input.off('data', this.#take);
    this.onclose?.();
  }

  /** Resolves when there is room for more. */
  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      if (this.#output.write(`${JSON.stringify(inWords(message))}\n`)) resolve();
      else this.#output.once('drain', resolve);
    });
  }

  readonly #take = (chunk: Buffer): void => {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      this.#keep(chunk.subarray(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  };

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > longestLine) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  #endLine(): void {
    const tooLong = this.#length > longestLine;
    const line = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    if (tooLong) this.#refuse(ErrorCode.ParseError, `a line is longer than ${longestLine} bytes`);
    else this.#read(line.toString('utf8'));
  }

  #read(line: string): void {
    if (line.trim() === '') return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      this.#refuse(ErrorCode.ParseError, 'the line is not JSON');
      return;
    }
    if (!Array.isArray(value)) this.#deliver(value);
    else if (value.length === 0) this.#refuse(ErrorCode.InvalidRequest, 'the batch is empty');
    else for (const part of value) this.#deliver(part);
  }

  #deliver(value: unknown): void {
    try {
      this.onmessage?.(readMessage(value));
    } catch (error) {
      if (error instanceof MessageFault) this.#refuse(error.code, error.message, error.id);
      else {
        const { id, method } = value as Json;
        if (id !== undefined && method !== undefined) {
          this.#refuse(ErrorCode.InternalError, 'the message could not be handled', id);
        }
        this.onerror?.(error as Error);
      }
    }
  }

  /** The protocol's schema has no null for the id of a message that has none: it is left out. */
  #refuse(code: number, message: string, id?: Json['id']): void {
    const error = { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error: { code, message } };
    void this.send(error as JSONRPCMessage);
  }
}
