/**
 * JSON-RPC, one message per line. Unlike the SDK's own transport, it answers everything a client sends: unreadable
 * lines with -32700, invalid messages with -32600, and each message of a batch (protocol 2025-03-26 has batches). It
 * drops keys the protocol does not know instead of rejecting the message.
 */
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { inWords, type Json, MessageFault, readMessage } from './json-rpc.ts';

export interface LineLimits {
  /** In bytes. A longer line is refused, so that it does not fill the memory. */
  longestLine: number;
  /** While more than this many bytes of responses are unread, no further requests are read. */
  mostUnreadBytes: number;
}

const usual: LineLimits = { longestLine: 64 * 1024 * 1024, mostUnreadBytes: 1024 * 1024 };
/** A chunk may hold a thousand requests: the first responses have to go out before all are handled. */
const linesAtOnce = 16;
const lineFeed = 0x0a;

export class LineTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #limits: LineLimits;
  /** Received, not yet split into lines. */
  #chunks: Buffer[] = [];
  /** Pieces of the incomplete current line. */
  #pieces: Buffer[] = [];
  #length = 0;
  /** Whether the input is paused. */
  #held = false;
  #nextTurn: NodeJS.Immediate | undefined;
  #waiting: (() => void)[] = [];

  constructor(input: Readable, output: Writable, limits: Partial<LineLimits> = {}) {
    this.#input = input;
    this.#output = output;
    this.#limits = { ...usual, ...limits };
  }

  async start(): Promise<void> {
    this.#input.on('data', this.#take);
    for (const event of ['drain', 'close']) this.#output.on(event, this.#onRoom);
  }

  async close(): Promise<void> {
    this.#input.off('data', this.#take);
    clearImmediate(this.#nextTurn);
    this.#chunks = [];
    this.onclose?.();
  }

  /** Resolves when there is room for more, or when the client has gone. */
  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve) => {
      const output = this.#output;
      if (!output.writable || output.write(`${JSON.stringify(inWords(message))}\n`)) resolve();
      else this.#waiting.push(resolve);
    });
  }

  readonly #onRoom = (): void => {
    for (const settle of this.#waiting.splice(0)) settle();
    if (this.#held && !this.#nextTurn) this.#work();
  };

  readonly #take = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    if (!this.#held) this.#work();
  };

  /** Handles lines until there are none left, or pauses the input until there is room for the responses. */
  #work(): void {
    for (let lines = 0; this.#chunks.length > 0 && !this.#isCrowded(); lines++) {
      if (lines === linesAtOnce) {
        this.#nextTurn = setImmediate(() => {
          this.#nextTurn = undefined;
          this.#work();
        });
        break;
      }
      this.#takeLine();
    }
    this.#hold(this.#nextTurn !== undefined || this.#isCrowded());
  }

  #hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    if (held) this.#input.pause();
    else this.#input.resume();
  }

  #isCrowded(): boolean {
    const { writableNeedDrain, writableLength } = this.#output;
    return writableNeedDrain && writableLength > this.#limits.mostUnreadBytes;
  }

  /** Takes the next line, or the start of one that continues in the next chunk. */
  #takeLine(): void {
    const chunk = this.#chunks[0]!;
    const end = chunk.indexOf(lineFeed);
    if (end >= 0) this.#chunks[0] = chunk.subarray(end + 1);
    if (end < 0 || end === chunk.length - 1) this.#chunks.shift();
    this.#keep(end < 0 ? chunk : chunk.subarray(0, end));
    if (end >= 0) this.#endLine();
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > this.#limits.longestLine) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  #endLine(): void {
    const { longestLine } = this.#limits;
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

  /** Omits a missing id, since the protocol's schema does not allow null. */
  #refuse(code: number, message: string, id?: Json['id']): void {
    const error = { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), error: { code, message } };
    void this.send(error as JSONRPCMessage);
  }
}
