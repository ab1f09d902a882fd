/** How each operation's output is printed. Each renderer is loaded with its operation. */
import type { Option } from 'commander';
import { printableJson } from '../../core/text/hidden.ts';
import type { Factory } from '../../factory.ts';
import type { Operation } from '../../operations/operation.ts';
import type { IOStreams } from '../streams/streams.ts';

export interface RenderContext {
  streams: IOStreams;
  /** Values of the renderer's own options. */
  options: Record<string, unknown>;
  factory: Factory;
  /** Whether to print the summary and warnings on stderr. */
  verbose: boolean;
  /** Of these, only the summary. */
  quiet: boolean;
  /** Whether the text was already printed on stdout as it arrived. */
  alreadyShown: boolean;
}

export interface Renderer {
  /** Options that only affect how the output is shown. */
  options: readonly Option[];
  /** --json selects one of the renderer's own formats instead of printing the output as it is. */
  rendersJson?: boolean;
  /** Fields of the operation's input that its options ask for. */
  asks?(options: Record<string, unknown>): Record<string, unknown>;
  render(output: unknown, context: RenderContext): Promise<void>;
  /** What the user can do if the JSON of the output cannot be written. */
  ifLost?(output: unknown): string | undefined;
  /** Exit status for an output that is neither an error nor a success, in any format. Default 0. */
  exitStatus?(output: unknown): number;
}

/** For an operation without a renderer of its own. */
const plainRenderer: Renderer = {
  options: [],
  async render(output, { streams }) {
    streams.out(`${printableJson(output, 2)}\n`);
  },
};

const renderers: Readonly<Record<string, () => Promise<Renderer>>> = {
  check: async () => (await import('./check.ts')).checkRenderer,
  'config.get': async () => (await import('./settings.ts')).settingRenderer,
  'config.list': async () => (await import('./settings.ts')).settingsRenderer,
  'config.path': async () => (await import('./settings.ts')).pathRenderer,
  'config.set': async () => (await import('./settings.ts')).setRenderer,
  'config.unset': async () => (await import('./settings.ts')).unsetRenderer,
  doctor: async () => (await import('./doctor.ts')).doctorRenderer,
  models: async () => (await import('./models.ts')).modelsRenderer,
  'patch.apply': async () => (await import('./patch.ts')).applyRenderer,
  'retrieve.search': async () => (await import('./search.ts')).searchRenderer,
  'route.explain': async () => (await import('./route.ts')).decisionRenderer,
  'runs.list': async () => (await import('./runs.ts')).runListRenderer,
  'runs.show': async () => (await import('./runs.ts')).runRenderer,
  'usage.report': async () => (await import('./usage.ts')).reportRenderer,
  'usage.status': async () => (await import('./usage.ts')).statusRenderer,
};

export async function rendererFor({ name, plan }: Pick<Operation, 'name' | 'plan'>): Promise<Renderer> {
  if (plan) return (await import('./delegation.ts')).delegationRenderer;
  return (await renderers[name]?.()) ?? plainRenderer;
}
