/** Git's own lists are read by the tests with real git; these are the corners that it rarely prints. */
import { expect, it } from 'vitest';
import {
  attributesSet,
  indexEntries,
  namesIn,
  numstatNames,
  pastCommits,
} from '../../../../src/adapters/workspace/git/listings.ts';

const id = 'a'.repeat(40);

it('names may hold everything but NUL', () => {
  expect(namesIn('a\n100644\tb\0"c"\0')).toEqual(['a\n100644\tb', '"c"']);
  expect(namesIn('')).toEqual([]);
  expect(numstatNames('1\t2\ta\tb\0-\t-\t\0old\0new\0')).toEqual(['a\tb', 'old', 'new']);
});

it('the files of a commit may have any name, its first line may be empty, and it may change nothing', () => {
  const listing = `\0${id} one\0\n\nname\0b\0\0${id} \0\0${id} two  words\0\nc\0`;
  expect(pastCommits(listing)).toEqual([
    { subject: 'one', paths: ['\nname', 'b'] },
    { subject: '', paths: [] },
    { subject: 'two  words', paths: ['c'] },
  ]);
  expect(pastCommits('')).toEqual([]);
});

it('the name of a file does not pass for the next row of the index', () => {
  const name = `x\n100644 ${id} 0\ty`;
  const entry = { mode: '100644', id, stage: 0, path: name, stats: undefined, skipped: false };
  expect(indexEntries(`100644 ${id} 0\t${name}\0`)).toEqual([entry]);
  expect(indexEntries([`100644 ${id} 1\ta`, `100755 ${id} 2\ta`, ''].join('\0'))).toMatchObject([
    { mode: '100644', stage: 1, path: 'a' },
    { mode: '100755', stage: 2, path: 'a' },
  ]);
});

it('of several attributes the first that is set counts, as it was written', () => {
  const rows = [
    ['a', 'filter', 'unset', 'a', 'ident', 'set', 'a', 'eol', 'lf'],
    ['filter', 'filter', 'lfs', 'b', 'filter', 'unspecified'],
  ];
  expect([...attributesSet(`${rows.flat().join('\0')}\0`)]).toEqual([
    ['a', 'ident'],
    ['filter', 'filter=lfs'],
  ]);
});
