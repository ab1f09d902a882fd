/**
 * For how long runs, patches and long results are kept. Older ones are removed when one is stored, at most once a day: a
 * folder may hold thousands. SECURITY.md states it too.
 */
export const keptDays = 7;
