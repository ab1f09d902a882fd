import { expect, it } from 'vitest';
import * as z from 'zod';

it('Zod compiles no parsers', () => {
  // The setup of the tests has imported src/boot/quick-schemas.ts.
  expect(z.config().jitless).toBe(true);
});
