/** What a line of JSON says, as a message of JSON-RPC, or why it is none. */
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

export interface Json {
  jsonrpc?: unknown;
  id?: unknown;
  method?: unknown;
  params?: unknown;
  result?: unknown;
  error?: unknown;
}

/** To be told to the client. */
export class MessageFault extends Error {
  constructor(
    readonly code: number,
    message: string,
    /** Undefined where the message has none that could be answered. */
    readonly id: string | number | undefined,
  ) {
    super(message);
  }
}

/** Throws `MessageFault`. */
export function readMessage(value: unknown): JSONRPCMessage {
  const refuse = (message: string, code: number = ErrorCode.InvalidRequest): never => {
    throw new MessageFault(code, message, isObject(value) ? idOf(value) : undefined);
  };
  if (!isObject(value)) return refuse('a message is an object');
  const { jsonrpc, id, method, params, result, error } = value as Json;
  if (jsonrpc !== '2.0') return refuse('"jsonrpc" must be "2.0"');
  if (method === undefined && (isObject(result) || isObject(error))) {
    return { jsonrpc, id, ...(isObject(error) ? { error } : { result }) } as JSONRPCMessage;
  }
  if (typeof method !== 'string') return refuse('"method" must be a text');
  if (params !== undefined && !isObject(params)) return refuse('"params" must be an object');
  if (id === undefined) return { jsonrpc, method, ...(params ? { params } : {}) } as JSONRPCMessage;
  if (idOf(value) === undefined) return refuse('"id" must be a text or a whole number');
  const fault = required[method]?.(isObject(params) ? params : {});
  if (fault !== undefined) return refuse(fault, ErrorCode.InvalidParams);
  return { jsonrpc, id, method, ...(params ? { params } : {}) } as JSONRPCMessage;
}

/** What the SDK would answer to with the faults of its own schemas, as an internal error. */
const required: Record<string, (params: Record<string, unknown>) => string | undefined> = {
  'tools/call': ({ name, arguments: given }) => {
    if (typeof name !== 'string') return 'params.name must be the name of a tool';
    return given === undefined || isObject(given) ? undefined : 'params.arguments must be an object';
  },
  'resources/read': ({ uri }) => (typeof uri === 'string' ? undefined : 'params.uri must be a text'),
};

function idOf({ id }: Json): string | number | undefined {
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as string | number) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
