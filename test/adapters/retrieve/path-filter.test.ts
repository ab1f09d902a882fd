import { describe, expect, it } from 'vitest';
import { exclusions, fileFilter } from '../../../src/adapters/retrieve/path-filter.ts';

const base = '/repo';
const paths = ['a.ts', 'src/a.ts', 'src/sub/b.ts', 'src/sub/c.py', 'test/a.test.ts', '.github/ci.yml'];

async function matching(patterns: string[], cwd = base): Promise<string[]> {
  const { accepts } = await fileFilter(patterns, { base, cwd });
  return paths.filter(accepts);
}

describe('patterns of --file', () => {
  it.each<[string[], string[]]>([
    [['a.ts'], ['a.ts', 'src/a.ts']],
    [['./a.ts'], ['a.ts']],
    [['src'], ['src/a.ts', 'src/sub/b.ts', 'src/sub/c.py']],
    [['src/'], ['src/a.ts', 'src/sub/b.ts', 'src/sub/c.py']],
    [['src/*.ts'], ['src/a.ts']],
    [
      ['*.py', 'test'],
      ['src/sub/c.py', 'test/a.test.ts'],
    ],
    [
      ['src', '!*.py'],
      ['src/a.ts', 'src/sub/b.ts'],
    ],
    [
      ['!src', '!test'],
      ['a.ts', '.github/ci.yml'],
    ],
    [['/repo/src/sub'], ['src/sub/b.ts', 'src/sub/c.py']],
    [['.'], paths],
    [['.github'], ['.github/ci.yml']],
    [['src/{a,b}.ts'], ['src/a.ts']],
    [['nowhere'], []],
  ])('%j', async (patterns, expected) => {
    expect(await matching(patterns)).toEqual(expected);
  });

  it('start in the working directory, or at the top', async () => {
    expect(await matching(['sub/*.py'], '/repo/src')).toEqual(['src/sub/c.py']);
    expect(await matching(['src/sub/*.py'], '/repo/src')).toEqual(['src/sub/c.py']);
    expect(await matching(['../test'], '/repo/src')).toEqual(['test/a.test.ts']);
    expect(await matching(['.'], '/repo/src')).toEqual(['src/a.ts', 'src/sub/b.ts', 'src/sub/c.py']);
  });

  it('that have matched nothing are known', async () => {
    const filter = await fileFilter(['src', 'nowhere', '!*.rb'], { base, cwd: base });
    paths.filter(filter.accepts);
    expect(filter.idle()).toEqual(['nowhere', '!*.rb']);
  });

  it.each([
    ['../other', /outside of \/repo/],
    ['/etc/passwd', /outside of \/repo/],
    [' ', /empty/],
    ['!', /empty/],
    ['\\', /names nothing/],
    ['!\\/', /names nothing/],
    ['a\0b', /NUL/],
    ['*a*b*c*d*e', /too complex/],
    ['+(a)*', /too complex/],
    ['x'.repeat(5000), /too long/],
  ])('%j is refused', async (pattern, why) => {
    await expect(fileFilter([pattern], { base, cwd: base })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(why),
    });
  });
});

describe('lines of .orchignore', () => {
  it('rule out as in a .gitignore, without its exceptions', async () => {
    const { excludes } = await exclusions(['# x', '', '/a.ts', 'sub/', '*.yml  '], '.orchignore');
    expect(paths.filter(excludes)).toEqual(['a.ts', 'src/sub/b.ts', 'src/sub/c.py', '.github/ci.yml']);
  });

  it('are used as far as they are few and simple, which is said', async () => {
    const { excludes, warnings } = await exclusions(
      ['*a*b*c*d', '!x', ...Array.from({ length: 600 }, (_, at) => `f${at}`)],
      '.orchignore',
    );
    expect(excludes('f0')).toBe(true);
    expect(excludes('f599')).toBe(false);
    expect(warnings).toEqual([
      '.orchignore: only the first 500 patterns are used',
      '.orchignore: 2 patterns are not used (too complex, only slashes, or begins with !)',
    ]);
  });

  it('that are only slashes match nothing, which is said', async () => {
    const slashes = ['/', '//', '/ ', '\\', '\\/'];
    const { excludes, warnings } = await exclusions([...slashes, 'a.ts'], '.orchignore');
    expect(paths.filter(excludes)).toEqual(['a.ts', 'src/a.ts']);
    expect(warnings).toEqual([expect.stringMatching(/^\.orchignore: 5 patterns are not used/)]);
  });

  it('that take too long to compare with the names are an error, not a hang', async () => {
    const slow = await exclusions(['a*a*a*b', 'x'], '.orchignore', 0);
    expect(() => slow.excludes('a'.repeat(255))).toThrow(/^\.orchignore: it takes too long/);
    const usual = await exclusions(['a*a*a*b', 'x'], '.orchignore');
    expect(usual.excludes('a'.repeat(255))).toBe(false);
  });
});
