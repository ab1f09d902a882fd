import { describe, expect, it } from 'vitest';
import {
  changesLink,
  nameWithoutPrefix,
  originsIn,
  unpackedBytes,
} from '../../../../src/core/patch/git/patch-headers.ts';

describe('the headers of a patch', () => {
  it('tell what renames and copies start from, unquoted', () => {
    const patch =
      'rename from a b.ts\nrename to c\nrename old d.ts\r\ncopy from "gr\\303\\266\\303\\237e"\n+rename from no\n rename from no\n';
    expect(originsIn(patch)).toEqual(['a b.ts', 'd.ts', 'größe']);
  });

  it.each([
    ['--- a/k.pem\n+++ b/p.txt\n', ['k.pem']],
    ['index 1..2 100644\n+++ b/p.txt\n--- "a/k\\056pem"\n', ['k.pem']],
    ['index 1..2\u2028@@ -\n--- a/k.pem\n+++ b/p.txt\n', ['k.pem']],
    ['--- a/p.txt\n--- a/k.pem\n+++ b/p.txt\n', ['k.pem']],
    ['--- a/k.pem\n+++ b/k.pem\n', []],
    ['--- a/k.pem\t2026-01-01\n+++ b/k.pem\n', []],
    ['--- a/k.pem\n+++ /dev/null\n', []],
    ['--- /dev/null\n+++ b/k.pem\n', []],
    ['--- a/p.txt\n+++ b/p.txt\n@@ -1 +1 @@\n--- a/k.pem\n', []],
  ])('tell what is moved only by the names above the hunks: %j', (header, expected) => {
    expect(originsIn(`diff --git a/k.pem b/p.txt\n${header}@@ -1 +1 @@\n-x\n+y\n`)).toEqual(expected);
  });

  it.each([
    ['new file mode 120000\n', true],
    ['new file mode 0120000\n', true],
    ['deleted file mode 120000\n', true],
    ['new mode 160000\r\n', true],
    ['new file mode \v160000\n', true],
    ['new file mode \f\n160000\n', true],
    ['index 1234567..89abcde \v160000\n', true],
    ['new file mode 040000\n', true],
    ['new file mode 100755\n', false],
    ['index 1234567..89abcde 100644\n', false],
    ['index 1234567..89abcde 120000\n', true],
    ['new file mode 100644\n', false],
    ['old mode 120000\n', false],
    ['+new file mode 120000\n', false],
  ])('tell whether it makes, changes or deletes a link: %j', (patch, expected) => {
    expect(changesLink(`diff --git a/l b/l\n${patch}`)).toBe(expected);
  });

  it.each([
    ['diff --git src/s.txt src/s.txt\n', 'src/s.txt'],
    ['diff --git a/s.txt a/s.txt\n', 'a/s.txt'],
    ['diff --git src/a b.txt src/a b.txt\r\n', 'src/a b.txt'],
    ['--- src/s.txt\n+++ src/s.txt\n@@ -1 +1 @@\n', 'src/s.txt'],
    ['--- /dev/null\n+++ src/s.txt\n@@ -0,0 +1 @@\n', 'src/s.txt'],
    ['diff --git a/s.txt b/s.txt\n--- a/s.txt\n+++ b/s.txt\n@@ -1 +1 @@\n', undefined],
    ['diff --git a/x y b/x y\n--- a/x y\t\n+++ b/x y\t\n@@ -1 +1 @@\n', undefined],
    ['diff --git i/s.txt w/s.txt\n', undefined],
    ['diff --git old/s.txt new/s.txt\n', undefined],
    ['diff --git a/s.txt b/long name.txt\nrename from s.txt\n', undefined],
    ['diff --git "a/\\303\\266" "b/\\303\\266"\n', undefined],
    ['diff --git a/s.txt b/s.txt\n--- a/s.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n', undefined],
  ])('tell whether names have prefixes: %j', (patch, expected) => {
    expect(nameWithoutPrefix(patch)).toBe(expected);
  });

  it('tell how much binary data there is', () => {
    expect(unpackedBytes('GIT binary patch\nliteral 30\nzc\n\ndelta \v12\nzc\n+literal 5\n')).toBe(42);
    expect(unpackedBytes('literal -1\n')).toBe(Number.POSITIVE_INFINITY);
  });
});
