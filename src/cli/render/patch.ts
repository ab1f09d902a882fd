/** Prints what an applied patch has changed. */
import type { Renderer } from './renderers.ts';

export const applyRenderer: Renderer = {
  options: [],
  async render(output, { streams, verbose }) {
    const { diffstat, warnings = [] } = output as { diffstat: string; warnings?: string[] };
    if (diffstat !== '') streams.out(`${diffstat}\n`);
    if (verbose) for (const warning of warnings) streams.say('warning', warning);
  },
};
