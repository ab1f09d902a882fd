/** Fields of the commands that run tests. */
import * as z from 'zod';
import { field } from '../operation.ts';

export const usualMutants = 8;
const mostMutants = 100;
/** For one run of the tests. */
export const usualRunMs = 120_000;

export const mutantsField = field(
  z.int().min(0).max(mostMutants).optional(),
  `Changes to the code that the tests are tried against, at most (default ${usualMutants}; 0 for none)`,
  { flag: '--mutants <count>', cliOnly: true },
);
