/**
 * Must be imported before any schema is created. By default Zod compiles a parser for each schema, which only pays
 * off for thousands of values; a start reads a few files once. Set where Zod keeps its settings, since not every start
 * loads Zod itself.
 */
(globalThis as { __zod_globalConfig?: { jitless: boolean } }).__zod_globalConfig = { jitless: true };
