/** Checks the machine: Node, git, and the places orch writes to. */
import { type Finding, ok, problem, warning } from './finding.ts';

/** As `engines` in package.json. */
const oldestNode = '20.18.1';

export function nodeFinding(version: string): Finding {
  return version.localeCompare(oldestNode, 'en', { numeric: true }) >= 0
    ? ok('node', `Node ${version}`)
    : problem('node', `Node ${version} is too old`, `install Node ${oldestNode} or later`);
}

export function gitFinding(version: string | undefined): Finding {
  return version === undefined
    ? warning('git', 'git is not installed: patches are checked by orch only', 'install git')
    : ok('git', `git ${version}`);
}

export interface LedgerState {
  /** Undefined when recording is off. */
  location: string | undefined;
  /** Why it cannot be written. */
  writeFault: string | undefined;
  rows: number;
  /** Unreadable rows. */
  skipped: readonly { line: number; reason: string }[];
  exists: boolean;
}

export function ledgerFindings({ location, writeFault, rows, skipped, exists }: LedgerState): Finding[] {
  if (location === undefined) {
    return [warning('ledger', 'recording is off', 'unset ORCH_USAGE_CSV to record usage')];
  }
  const findings: Finding[] = [];
  if (writeFault !== undefined) {
    findings.push(
      problem(
        'ledger',
        `${location} is not writable (${writeFault}): calls would not be recorded`,
        'make it writable, or set ORCH_USAGE_CSV to a writable file',
      ),
    );
  } else {
    const recorded = `${rows} ${rows === 1 ? 'row' : 'rows'}`;
    findings.push(ok('ledger', `${location}, ${exists ? recorded : 'nothing recorded yet'}`));
  }
  const [first] = skipped;
  if (first) {
    findings.push(
      warning(
        'ledger',
        `${skipped.length} of ${rows + skipped.length} rows cannot be read, the first in line ${first.line}: ${first.reason}`,
        `check line ${first.line} of ${location}; reports omit unreadable rows`,
      ),
    );
  }
  return findings;
}

export function stateFinding(folder: string, writeFault: string | undefined): Finding {
  return writeFault === undefined
    ? ok('state', `patches and long results are kept in ${folder}`)
    : problem(
        'state',
        `${folder} is not writable (${writeFault}): patches get no id and long results are lost`,
        'make it writable, or set XDG_STATE_HOME to a writable folder',
      );
}

export function interruptedFindings(interrupted: {
  folders: readonly string[];
  damaged: readonly string[];
}): Finding[] {
  return [
    ...interrupted.folders.map((folder) =>
      problem(
        'change',
        `a change of ${folder} was interrupted`,
        'in that folder, orch patch apply --resume finishes it; the next orch command that writes there takes it back',
      ),
    ),
    ...interrupted.damaged.map((file) =>
      problem(
        'change',
        `a change was interrupted, and its record ${file} is damaged`,
        'compare the files with version control, then delete the record',
      ),
    ),
  ];
}
