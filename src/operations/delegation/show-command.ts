/** Enough of an id to tell one run from the thousands of a week. */
const shownLength = 8;

export function shortRunId(runId: string): string {
  return runId.slice(0, shownLength);
}

/** The command that shows what is kept of a run. */
export function showCommand(runId: string): string {
  return `orch runs show ${shortRunId(runId)}`;
}
