import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderNotes } from '../../../src/adapters/system/folder-notes.ts';
import { folder } from '../../helpers/orch.ts';

it.runIf(process.platform !== 'win32')('the command that a note gives can be pasted into a shell', () => {
  const top = folder();
  const paths = ['plain', 'with a blank', "it's"].map((name) => join(top, name));
  for (const path of paths) {
    mkdirSync(path);
    chmodSync(path, 0o777);
  }
  const [plain, blank] = paths;
  expect(folderNotes([...paths, join(top, 'missing')])).toEqual([
    `other users can write where orch keeps patches and locks; run chmod 700 ${plain} '${blank}' '${top}/it'\\''s'`,
  ]);
});
