import { describe, expect, it } from 'vitest';
import { changesLink, originsIn } from '../../../../src/core/patch/git/patch-headers.ts';

describe('the headers of a patch', () => {
  it('tell what renames and copies start from, unquoted', () => {
    const patch =
      'rename from a b.ts\nrename to c\nrename old d.ts\r\ncopy from "gr\\303\\266\\303\\237e"\n+rename from no\n rename from no\n';
    expect(originsIn(patch)).toEqual(['a b.ts', 'd.ts', 'größe']);
  });

  it.each([
    ['new file mode 120000\n', true],
    ['new file mode 0120000\n', true],
    ['deleted file mode 120000\n', true],
    ['new mode 160000\r\n', true],
    ['index 1234567..89abcde 120000\n', true],
    ['new file mode 100644\n', false],
    ['old mode 120000\n', false],
    ['+new file mode 120000\n', false],
  ])('tell whether it makes, changes or deletes a link: %j', (patch, expected) => {
    expect(changesLink(`diff --git a/l b/l\n${patch}`)).toBe(expected);
  });
});
