/**
 * Imported first wherever schemas are made. Zod compiles a parser per schema when it is made, which pays only
 * for thousands of values; a start reads a few files once.
 */
import * as z from 'zod';

z.config({ jitless: true });
