/**
 * Must be imported before any schema is created. By default Zod compiles a parser for each schema, which only pays
 * off for thousands of values; a start reads a few files once.
 */
import * as z from 'zod';

z.config({ jitless: true });
