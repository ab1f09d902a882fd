/** Reads a parsed line as a JSON-RPC message, or says why it is not one. */
import { ErrorCode, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

export interface Json {
  jsonrpc?: unknown;
  id?: unknown;
  method?: unknown;
  params?: unknown;
  result?: unknown;
  error?: unknown;
}

/** Sent to the client as an error response. */
export class MessageFault extends Error {
  constructor(
    readonly code: number,
    message: string,
    /** Undefined if the message has no id that could be answered. */
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
  if (!isObject(value)) return refuse('a message must be an object');
  const { jsonrpc, id, method, params, result, error } = value as Json;
  if (jsonrpc !== '2.0') return refuse('"jsonrpc" must be "2.0"');
  if (method === undefined && (isObject(result) || isObject(error))) {
    return { jsonrpc, id, ...(isObject(error) ? { error } : { result }) } as JSONRPCMessage;
  }
  if (typeof method !== 'string') return refuse('"method" must be a string');
  if (params !== undefined && !isObject(params)) return refuse('"params" must be an object');
  if (id === undefined) return { jsonrpc, method, ...(params ? { params } : {}) } as JSONRPCMessage;
  if (idOf(value) === undefined) return refuse('"id" must be a string or an integer');
  const fault = required.get(method)?.(isObject(params) ? params : {});
  if (fault !== undefined) return refuse(fault, ErrorCode.InvalidParams);
  return { jsonrpc, id, method, ...(params ? { params } : {}) } as JSONRPCMessage;
}

/** Checks of required parameters, with our own messages. */
const required = new Map<string, (params: Record<string, unknown>) => string | undefined>([
  [
    'tools/call',
    ({ name, arguments: toolArguments }) => {
      if (typeof name !== 'string') return 'params.name must be the name of a tool';
      return toolArguments === undefined || isObject(toolArguments)
        ? undefined
        : 'params.arguments must be an object';
    },
  ],
  ['resources/read', ({ uri }) => (typeof uri === 'string' ? undefined : 'params.uri must be a string')],
]);

/** The SDK reports a request that fails its schemas as an internal error whose message is JSON; this puts it in words. */
export function inWords(message: JSONRPCMessage): JSONRPCMessage {
  if (!('error' in message) || message.error.code !== ErrorCode.InternalError) return message;
  const faults = schemaFaults(message.error.message);
  return faults === undefined
    ? message
    : { ...message, error: { code: ErrorCode.InvalidParams, message: faults } };
}

function schemaFaults(text: string): string | undefined {
  if (!text.startsWith('[')) return undefined;
  let issues: unknown;
  try {
    issues = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(issues) || issues.length === 0) return undefined;
  const faults = issues.map((issue: unknown) => {
    if (!isObject(issue) || !Array.isArray(issue.path) || typeof issue.message !== 'string') return undefined;
    return `${issue.path.join('.') || 'the request'}: ${issue.message.replace(/^Invalid input: /, '')}`;
  });
  return faults.includes(undefined) ? undefined : faults.join('; ');
}

function idOf({ id }: Json): string | number | undefined {
  return typeof id === 'string' || Number.isSafeInteger(id) ? (id as string | number) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
