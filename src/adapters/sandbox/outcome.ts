/** What all kinds of sandbox do before and after a run. */
import { join } from 'node:path';
import type { RunOptions, RunOutcome } from '../../engine/sandbox-ports.ts';
import { removeTree } from '../scratch/remove-tree.ts';
import type { ProcessEnd } from './run-process.ts';

export const usualOutputBytes = 256 * 1024;

export function commandOf(command: RunOptions['command']): readonly string[] {
  return 'shell' in command ? ['/bin/sh', '-c', command.shell] : command.argv;
}

/** Reports are single files: a folder among them may be a link of an earlier run. */
export function prepareReports({ copy, reportFiles = [] }: RunOptions): void {
  for (const name of reportFiles) {
    if (!/^[\w.-]*\w[\w.-]*$/.test(name)) throw new Error(`not the name of a report: ${name}`);
    removeTree(join(copy.reports, name));
  }
}

/** A report that cannot be read is none. */
export function finished(end: ProcessEnd, { copy, reportFiles = [] }: RunOptions): RunOutcome {
  const reports = new Map<string, Uint8Array>();
  for (const name of reportFiles) {
    try {
      const bytes = copy.readReport(name);
      if (bytes !== undefined) reports.set(name, bytes);
    } catch {
      // Too large, or without rights.
    }
  }
  return { ...end, stopped: end.stopped as RunOutcome['stopped'], reports };
}
