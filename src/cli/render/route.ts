/** Prints a route: the model, or the whole decision. */
import { Option } from 'commander';
import { exitStatusOf, OrchError } from '../../core/errors/orch-error.ts';
import { explainedCode, refusalMessage } from '../../core/router/decision.ts';
import type { Factory } from '../../factory.ts';
import type { DecisionOutput } from '../../operations/route-explain.ts';
import { renderDecision } from './decision.ts';
import type { Renderer } from './renderers.ts';

export const decisionRenderer: Renderer = {
  options: [new Option('--explain', 'Show the whole decision, not only the model')],
  async render(output, { streams, options, verbose, factory }) {
    const decision = output as DecisionOutput;
    if (options.explain) {
      streams.outStyled(renderDecision(decision, streams.outStyle, streams.stdoutColumns));
    } else {
      if (decision.selected) streams.out(`${decision.selected.model}\n`);
      const warnings = [...skippedNow(decision), ...dueOf(decision, factory)];
      if (verbose) for (const warning of warnings) streams.say('warning', warning);
    }
    if (!decision.selected) {
      throw new OrchError(
        explainedCode(decision.rejected),
        options.explain ? 'no model is eligible for this request' : refusalMessage(decision.rejected),
        {
          hint: options.explain ? 'the reasons are listed above' : 'use --explain to see the reasons',
        },
      );
    }
  },
  exitStatus: (output) => {
    const { selected, rejected } = output as DecisionOutput;
    return selected ? 0 : exitStatusOf(explainedCode(rejected));
  },
};

/** Why it is another model than the first in order. */
function skippedNow({ selected, rejected }: DecisionOutput): string[] {
  // Without any the error says so.
  const skipped = selected ? rejected.filter(({ code }) => code === 'budget') : [];
  return skipped.map(({ model, reason }) => `${model} ${reason}`);
}

/** As with the call itself: of the candidates' reminders those of the selected one, once a day. */
function dueOf({ selected, fallbacks, warnings }: DecisionOutput, factory: Factory): string[] {
  const isOf = (candidate: DecisionOutput['selected'], warning: string) =>
    candidate !== null && warning.startsWith(`${candidate.alias}: `);
  const { reminders } = factory.environment();
  return warnings.filter((warning) => {
    if (isOf(selected, warning) || reminders.includes(warning)) return factory.isDue(warning);
    return !fallbacks.some((candidate) => isOf(candidate, warning));
  });
}
