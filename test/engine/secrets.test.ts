import { describe, expect, it } from 'vitest';
import { code, engineFixture } from './engine-fixture.ts';

describe('a file whose name looks secret', () => {
  it('is sent when it is named, with a warning; a glob leaves it out and says so', async () => {
    const text = 'export const a = 1;\n';
    const { call } = await engineFixture({ answer: code, files: { 'a.ts': text, '.env': text } });
    const named = await call({ files: ['.env'] });
    expect(named.warnings).toContain('.env is sent because it was named, although its name looks secret');
    const globbed = await call({ files: ['*'] });
    expect(globbed.prepared.sourceSet.sources.map(({ path }) => path)).toEqual(['a.ts']);
    expect(globbed.warnings.join()).toContain('* left out 1 file whose names look secret (.env)');
  });
});
