/** What is left of a budget, in outputs. */
import * as z from 'zod';

/** As `BudgetLeft`. */
export const budgetSchema = () => z.object({ name: z.string(), limit_usd: z.number(), left_usd: z.number() });
