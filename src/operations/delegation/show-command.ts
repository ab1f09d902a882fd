/** The commands that an id of a run or a patch is for. So much of it tells one from the thousands of a week. */
const shownLength = 8;

export function shortRunId(id: string): string {
  return id.slice(0, shownLength);
}

/** The command that shows what is kept of a run. */
export function showCommand(runId: string): string {
  return `orch runs show ${shortRunId(runId)}`;
}

/** The command that writes a patch, by its id or that of its run. */
export function applyCommand(id: string): string {
  return `orch patch apply ${shortRunId(id)}`;
}
