import { describeEvidence, type Evidence } from '../../core/verdict/verdict.ts';
import type { VerdictOutput } from './verdict-schema.ts';

/** One line for a person. */
export function describeVerdict(output: VerdictOutput): string {
  const evidence: Evidence = {
    parses: output.parses,
    counts: output.tests,
    stable: output.stable,
    sourceUntouched: undefined,
    mutants: output.changes && { ...output.changes, failedOtherwise: output.changes.failed_otherwise },
  };
  const shown =
    output.sandbox === null ? '' : describeEvidence(evidence, { sandbox: output.sandbox, ms: output.ms });
  const said = output.reason === undefined ? output.verdict : `${output.verdict}: ${output.reason}`;
  return shown === '' ? said : `${said} (${shown})`;
}
