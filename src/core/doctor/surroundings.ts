/** The machine: node, git, and the places that orch writes to. */
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
    ? warning('git', 'git is not installed: patches are checked by orch alone', 'install git')
    : ok('git', `git ${version}`);
}

export interface LedgerState {
  /** Undefined: turned off. */
  location: string | undefined;
  /** Why it cannot be written. */
  writeFault: string | undefined;
  rows: number;
  /** Rows that could not be read. */
  skipped: readonly { line: number; reason: string }[];
  exists: boolean;
}

export function ledgerFindings({ location, writeFault, rows, skipped, exists }: LedgerState): Finding[] {
  if (location === undefined) {
    return [warning('ledger', 'turned off: nothing is recorded', 'unset ORCH_USAGE_CSV to keep a record')];
  }
  const findings: Finding[] = [];
  if (writeFault !== undefined) {
    findings.push(
      problem(
        'ledger',
        `${location} cannot be written (${writeFault}): no call would be recorded`,
        'give yourself the right to write there, or set ORCH_USAGE_CSV to a file that can be written',
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
        `look at line ${first.line} of ${location}: reports leave such rows out`,
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
        `${folder} cannot be written (${writeFault}): patches get no id and long results are lost`,
        'give yourself the right to write there, or set XDG_STATE_HOME',
      );
}
