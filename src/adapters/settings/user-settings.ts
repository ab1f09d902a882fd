/** Changes the user's own configuration files, one value at a time. */
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { withoutComments } from '../../core/config/json-with-comments.ts';
import { isPlainObject } from '../../core/config/layers.ts';
import type { ConfigProblem } from '../../core/config/problem.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { textOf } from '../../core/text/utf8.ts';
import type { UserSettings } from '../../engine/ports.ts';
import { unreadConfig } from '../system/config-files.ts';
import { maxConfigBytes, readRegularFile } from '../system/regular-file.ts';
import { writeResultFile } from '../workspace/write/result-file.ts';
import type { Temporaries } from '../workspace/write/temporaries.ts';
import type { TreeLock } from '../workspace/write/tree-lock.ts';
import { writeFailed } from '../workspace/write/write-failed.ts';

export interface UserSettingsOptions {
  folder: string;
  lock: TreeLock;
  temporaries: Temporaries;
  /** Problems of the user's own configuration, with `text` in place of what is in the file. */
  problems: (replaced?: { path: string; text: string }) => ConfigProblem[];
}

const unchanged = 'nothing was written';

export function userSettings({ folder, lock, temporaries, problems }: UserSettingsOptions): UserSettings {
  return {
    folder,
    change: (name, path, value) => {
      const file = join(folder, `${name}.json`);
      return lock(folder, async () => {
        const before = contentOf(file);
        const old = parsed(file, before);
        const { edited } = await import('./edit-json.ts');
        const after = edited(before ?? '', path, value);
        const now = parsed(file, after);
        if (isDeepStrictEqual(now, old)) return { file, changed: false, before: valueAt(old, path) };
        // What is written is what was meant, whatever the file looks like.
        if (!isDeepStrictEqual(now, changedAt(old, path, value)))
          throw unfit(`${file} cannot be changed automatically`, `edit ${path.join('.')} in it by hand`);
        const known = problems().map(keyOf);
        const faults = problems({ path: file, text: after }).filter((fault) => !known.includes(keyOf(fault)));
        if (faults.length > 0) throw refused(faults);
        try {
          await writeResultFile(file, after, { roots: [], temporaries });
        } catch (error) {
          throw writeFailed(error, { path: file });
        }
        return { file, changed: true, before: valueAt(old, path) };
      });
    },
  };
}

/** Undefined if there is no file. */
function contentOf(file: string): string | undefined {
  const reading = readRegularFile(file, maxConfigBytes);
  if (reading.bytes === undefined) {
    if (reading.fault === 'missing') return undefined;
    const { origin, message, hint } = unreadConfig(file, reading.message);
    throw unfit(`${origin} ${message}`, hint);
  }
  const { text, fault } = textOf(reading.bytes);
  if (fault !== undefined) throw unfit(`${file} is ${fault}`, 'save it as UTF-8');
  return text;
}

function parsed(file: string, text = ''): unknown {
  const plain = withoutComments(text.replace(/^\uFEFF/, ''));
  if (plain.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(plain);
  } catch {
    throw unfit(`${file} is not valid JSON`, 'fix the syntax first: orch doctor says where');
  }
  if (!isPlainObject(value)) throw unfit(`${file} holds no object`, 'put {} in its place');
  return value;
}

function valueAt(target: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isPlainObject(inner) ? inner[key] : undefined), target);
}

function changedAt(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const object: Record<string, unknown> = isPlainObject(target) ? { ...target } : {};
  const inner = changedAt(object[key], rest, value);
  if (inner === undefined) delete object[key];
  else object[key] = inner;
  return object;
}

function unfit(message: string, hint: string): OrchError {
  return new OrchError('invalid-config', `${message}; ${unchanged}`, { hint });
}

function keyOf({ origin, path, message }: ConfigProblem): string {
  return JSON.stringify([origin, path, message]);
}

function refused(faults: readonly ConfigProblem[]): OrchError {
  const lines = faults.map(({ origin, path, message }) => `${basename(origin)}: ${path}: ${message}`);
  return new OrchError('usage', `${lines.join('\n')}\n${unchanged}`, {
    hint: [...new Set(faults.map(({ hint }) => hint))].join('; '),
    details: { problems: faults },
  });
}
