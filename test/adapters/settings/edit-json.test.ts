import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edited } from '../../../src/adapters/settings/edit-json.ts';
import { withoutComments } from '../../../src/core/config/json-with-comments.ts';

const parsed = (text: string) => JSON.parse(withoutComments(text));

describe('a value that is set', () => {
  it.each<[string, string, string[], unknown, string]>([
    ['of nothing', '', ['a', 'b'], 1, '{\n  "a": { "b": 1 }\n}\n'],
    ['after a comment alone', '// mine\n', ['a'], 1, '// mine\n{\n  "a": 1\n}\n'],
    ['in an empty object', '{}\n', ['a'], 1, '{\n  "a": 1\n}\n'],
    ['in an object with a comment', '{\n  // none yet\n}\n', ['a'], 1, '{\n  // none yet\n  "a": 1\n}\n'],
    [
      'in place of another',
      '{\n  "a": 1, // one\n  "b": 2\n}',
      ['a'],
      'x',
      '{\n  "a": "x", // one\n  "b": 2\n}',
    ],
    [
      'behind the last, whose comment stays with it',
      '{\n  "a": 1 // one\n  // "c": 3\n}\n',
      ['b'],
      2,
      '{\n  "a": 1, // one\n  // "c": 3\n  "b": 2\n}\n',
    ],
    [
      'behind a trailing comma',
      '{\n\t"a": 1, /* one */\n}\n',
      ['b'],
      2,
      '{\n\t"a": 1, /* one */\n\t"b": 2,\n}\n',
    ],
    ['on one line', '{ "a": { "b": 1 } }', ['a', 'c'], 2, '{ "a": { "b": 1, "c": 2 } }'],
    ['on one line, tight', '{"a":{"b":1,}}', ['a', 'c'], 2, '{"a":{"b":1, "c": 2}}'],
    ['in an empty object within', '{\n    "a": {}\n}', ['a', 'c'], 2, '{\n    "a": { "c": 2 }\n}'],
    [
      'deep, with the indentation of the file',
      '{\n    "a": {\n        "b": 1\n    }\n}',
      ['a', 'c', 'd'],
      true,
      '{\n    "a": {\n        "b": 1,\n        "c": { "d": true }\n    }\n}',
    ],
    [
      'with CRLF and a mark',
      '\uFEFF{\r\n  "a": 1\r\n}\r\n',
      ['b'],
      [2],
      '\uFEFF{\r\n  "a": 1,\r\n  "b": [2]\r\n}\r\n',
    ],
    ['of a key that is repeated', '{ "a": 1, "a": 2 }', ['a'], 3, '{ "a": 1, "a": 3 }'],
    ['where a value stands in its way', '{ "a": 1 }', ['a', 'b'], 2, '{ "a": { "b": 2 } }'],
    ['with a brace in a comment', '{ "a": 1 /* } , */ }', ['b'], 2, '{ "a": 1, /* } , */ "b": 2 }'],
  ])('%s', (_name, text, path, value, expected) => {
    expect(edited(text, path, value)).toBe(expected);
  });

  it('that is long takes several lines', () => {
    const names = Array.from({ length: 8 }, (_, at) => `a-long-name-of-a-model-${at}`);
    const text = edited('{\r\n  "a": {\r\n    "b": 1\r\n  }\r\n}', ['a', 'c'], names);
    expect(text.split('\r\n').slice(2, 5)).toEqual(['    "b": 1,', '    "c": [', `      "${names[0]}",`]);
    expect(parsed(text)).toEqual({ a: { b: 1, c: names } });
  });
});

describe('a value that is removed', () => {
  it.each<[string, string, string[], string]>([
    ['with its line', '{\n  "a": 1,\n  "b": 2\n}\n', ['a'], '{\n  "b": 2\n}\n'],
    ['the last', '{\n  "a": 1,\n  "b": 2\n}\n', ['b'], '{\n  "a": 1\n}\n'],
    ['the last before a comma', '{\n  "a": 1,\n  "b": 2,\n}\n', ['b'], '{\n  "a": 1,\n}\n'],
    ['the only one', '{\r\n  "a": 1\r\n}\r\n', ['a'], '{\r\n}\r\n'],
    [
      'while comments stay',
      '{\n  // of a\n  "a": 1, // one\n  // of b\n  "b": 2 // two\n}\n',
      ['b'],
      '{\n  // of a\n  "a": 1 // one\n  // of b\n  // two\n}\n',
    ],
    [
      'while the comment of the next stays',
      '{\n  "a": 1, // one\n  // of b\n  "b": 2\n}\n',
      ['a'],
      '{\n  // one\n  // of b\n  "b": 2\n}\n',
    ],
    ['on one line', '{ "a": 1, "b": 2, "c": 3 }', ['b'], '{ "a": 1, "c": 3 }'],
    ['on one line, first', '{ "a": 1, "b": 2 }', ['a'], '{ "b": 2 }'],
    ['on one line, last', '{ "a": 1, "b": 2 }', ['b'], '{ "a": 1 }'],
    ['within another', '{\n  "a": { "b": 1, "c": 2 }\n}', ['a', 'b'], '{\n  "a": { "c": 2 }\n}'],
    ['wherever it is repeated', '{ "a": 1, "b": 2, "a": 3 }', ['a'], '{ "b": 2 }'],
    ['that is not there', '{ "a": 1 }', ['b', 'c'], '{ "a": 1 }'],
  ])('%s', (_name, text, path, expected) => {
    expect(edited(text, path, undefined)).toBe(expected);
  });
});

it('changes that value and no other, in any file', () => {
  const comment = fc.constantFrom('', ' ', '\n', ' // a, "b": }\n', ' /* { , */ ', '\r\n');
  const key = fc.constantFrom('a', 'b', 'c.d', '//');
  const leaf = fc.oneof(
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 3 }),
  );
  const { object } = fc.letrec<{ object: string; value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf.map((value) => JSON.stringify(value)),
      tie('object'),
    ),
    object: fc
      .tuple(
        fc.uniqueArray(fc.tuple(key, tie('value'), comment, comment), {
          selector: ([name]) => name,
          maxLength: 4,
        }),
        fc.boolean(),
        comment,
      )
      .map(([entries, trailing, end]) => {
        const lines = entries.map(
          ([name, value, one, two]) => `${one}${JSON.stringify(name)}: ${value}${two}`,
        );
        return `{${lines.join(',')}${trailing && lines.length > 0 ? ',' : ''}${end}}`;
      }),
  }));
  const comments = (text: string) => text.match(/\/\/ a, "b": }|\/\* { , \*\//g) ?? [];
  fc.assert(
    fc.property(object, fc.array(key, { minLength: 1, maxLength: 3 }), leaf, (text, path, value) => {
      const set = edited(text, path, value);
      let target = parsed(set);
      for (const part of path) target = target[part];
      expect(target).toEqual(value);
      const gone = edited(set, path, undefined);
      let parent = parsed(gone);
      for (const part of path.slice(0, -1)) parent = parent[part];
      expect(Object.hasOwn(parent, path.at(-1)!)).toBe(false);
      // Nothing but the path itself is different, and no comment is lost that did not stand in what was replaced.
      const rest = (source: string) => {
        const top = parsed(source);
        delete top[path[0]!];
        return top;
      };
      expect(rest(gone)).toEqual(rest(text));
      expect(comments(gone)).toEqual(comments(set));
    }),
    { numRuns: 200 },
  );
});
