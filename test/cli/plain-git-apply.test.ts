/** What orch prints fits the user's own git apply, whatever line ends git keeps in the tree. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { searchReplace } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { git, repository } from '../helpers/orch.ts';

const crlf = 'one\r\ntwo\r\nthree\r\n';
const lf = 'one\ntwo\nthree\n';

describe.each([
  ['eol=crlf', '* text eol=crlf\n', undefined, crlf],
  ['eol=lf', '* text eol=lf\n', undefined, lf],
  ['autocrlf=true', '', 'true', crlf],
  ['autocrlf=true with LF in the tree', '', 'true', lf],
  ['autocrlf=input', '', 'input', lf],
  ['autocrlf=input with CRLF in the tree', '', 'input', crlf],
  ['autocrlf=false with CRLF committed', '-text\n', 'false', crlf],
  ['working-tree-encoding', '* text working-tree-encoding=ISO-8859-1\n', undefined, lf],
])('in a tree with %s', (_name, attributes, autocrlf, content) => {
  it('a patch applies with git apply, and orch leaves the line ends as they are', async () => {
    const cwd = await repository({ '.gitattributes': attributes, 'a.txt': lf });
    if (autocrlf !== undefined) await git(['config', 'core.autocrlf', autocrlf], cwd);
    writeFileSync(join(cwd, 'a.txt'), content);
    const stdin = searchReplace('a.txt', 'two', '2');
    const { status, stdout, stderr } = await orch(['diff', '--from', '-', '-f', 'a.txt'], { cwd, stdin });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    await git(['apply', '-'], cwd, stdout);
    // With autocrlf=true git itself writes CRLF, even where the file had LF.
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8').replaceAll('\r', '')).toBe(lf.replace('two', '2'));

    writeFileSync(join(cwd, 'a.txt'), content);
    const applied = await orch(['patch', 'apply', '--from', '-'], { cwd, stdin: stdout });
    expect(applied).toMatchObject({ status: 0 });
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe(content.replace('two', '2'));
  });
});
