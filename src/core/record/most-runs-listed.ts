/** How many runs `orch runs list` shows. Older ones can be shown by their id. */
export const mostRunsListed = 50;
