/**
 * Imported before any schema is made. Zod compiles a parser per schema when it is made, which pays only for
 * thousands of values; a start reads a few files once.
 */
const shared = globalThis as { __zod_globalConfig?: { jitless?: boolean } };
shared.__zod_globalConfig = { ...shared.__zod_globalConfig, jitless: true };
