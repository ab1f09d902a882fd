import { describe, expect, it } from 'vitest';
import { inWords, MessageFault, readMessage } from '../../src/mcp/json-rpc.ts';

const request = (method: unknown, more: object = {}) => ({ jsonrpc: '2.0', id: 1, method, ...more });

function faultOf(value: unknown): MessageFault {
  try {
    readMessage(value);
  } catch (error) {
    expect(error).toBeInstanceOf(MessageFault);
    return error as MessageFault;
  }
  throw new Error('it was read');
}

describe('a message', () => {
  it.each(['ping', 'constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'is read whatever its method is called: %s',
    (method) => {
      expect(readMessage(request(method))).toEqual(request(method));
    },
  );

  it('loses the keys that the protocol does not know', () => {
    expect(readMessage(request('ping', { more: 1, params: { a: 1 } }))).toEqual(
      request('ping', { params: { a: 1 } }),
    );
    expect(readMessage({ jsonrpc: '2.0', id: 1, result: {}, more: 1 })).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {},
    });
    expect(readMessage({ jsonrpc: '2.0', method: 'x', more: 1 })).toEqual({ jsonrpc: '2.0', method: 'x' });
  });

  it.each<[string, unknown, number, unknown]>([
    ['a number', 42, -32600, undefined],
    ['null', null, -32600, undefined],
    ['a list', [], -32600, undefined],
    ['of another protocol', { id: 'a', method: 'ping' }, -32600, 'a'],
    ['without method', { jsonrpc: '2.0', id: 1 }, -32600, 1],
    ['with a method that is no text', request(5), -32600, 1],
    ['with parameters in a list', request('ping', { params: [] }), -32600, 1],
    ['with half an id', request('ping', { id: 1.5 }), -32600, undefined],
    ['that names no tool', request('tools/call'), -32602, 1],
    ['with arguments in a list', request('tools/call', { params: { name: 'x', arguments: [] } }), -32602, 1],
    ['that reads nothing', request('resources/read', { params: {} }), -32602, 1],
  ])('%s is refused', (_what, value, code, id) => {
    expect(faultOf(value)).toMatchObject({ code, id });
  });
});

describe('an answer', () => {
  const failed = (code: number, message: string) =>
    ({ jsonrpc: '2.0', id: 1, error: { code, message } }) as const;

  it('tells the faults of a schema in words, as those of the client', () => {
    const issues = [
      { code: 'invalid_type', path: ['params', 'cursor'], message: 'Invalid input: expected string' },
      { code: 'custom', path: [], message: 'odd' },
    ];
    expect(inWords(failed(-32603, JSON.stringify(issues, null, 2)))).toEqual(
      failed(-32602, 'params.cursor: expected string; the request: odd'),
    );
  });

  it.each([
    failed(-32603, 'disk full'),
    failed(-32603, '[1]'),
    failed(-32603, '[]'),
    failed(-32603, '[half'),
    failed(-32000, '[{"path":[],"message":"x"}]'),
    { jsonrpc: '2.0', id: 1, result: {} } as const,
  ])('is left alone otherwise: %j', (message) => {
    expect(inWords(message)).toBe(message);
  });
});
