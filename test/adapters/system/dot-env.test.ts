import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDotEnv } from '../../../src/adapters/system/dot-env.ts';
import { folder } from '../../helpers/orch.ts';

const fail = (note: string) => expect.fail(note);

describe('readDotEnv', () => {
  it('reads the file at the top of the repository, or a nearer one in the working directory', () => {
    const top = folder({
      '.env': 'OPENAI_ORG_ID=top\nOTHER=x\n',
      'a/b/x': '',
      'a/c/.env': 'OPENAI_ORG_ID=c\n',
    });
    mkdirSync(join(top, '.git'));
    expect(readDotEnv(top, fail)).toEqual({ OPENAI_ORG_ID: 'top' });
    expect(readDotEnv(join(top, 'a/b'), fail)).toEqual({ OPENAI_ORG_ID: 'top' });
    expect(readDotEnv(join(top, 'a/c'), fail)).toEqual({ OPENAI_ORG_ID: 'c' });
  });

  it('reads none above a repository, or where there is none', () => {
    const outer = folder({ '.env': 'OPENAI_ORG_ID=outer\n', 'in/x': '', 'out/x': '' });
    mkdirSync(join(outer, 'in/.git'));
    expect(readDotEnv(join(outer, 'in'), fail)).toEqual({});
    expect(readDotEnv(join(outer, 'out'), fail)).toEqual({});
  });

  it('reads none of a home folder under version control, unless that is the working directory', () => {
    const home = folder({ '.env': 'OPENAI_ORG_ID=home\n', 'work/x': '' });
    mkdirSync(join(home, '.git'));
    expect(readDotEnv(join(home, 'work'), fail, home)).toEqual({});
    expect(readDotEnv(home, fail, home)).toEqual({ OPENAI_ORG_ID: 'home' });
  });
});
