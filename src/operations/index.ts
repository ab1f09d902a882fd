/**
 * The table of operations: what every start needs of each. The rest is loaded by its own command, or by the server.
 * To add a capability: one file here, one row below.
 */
import { mostRunsListed } from '../core/record/most-runs-listed.ts';
import { once } from '../core/text/once.ts';
import type { Operation, OperationBody, OperationRow, SurfaceName } from './operation.ts';

export interface ListedOperation extends OperationRow {
  load(): Promise<Operation>;
}

export const operations: readonly ListedOperation[] = [
  listed(
    {
      name: 'delegate.run',
      command: ['run'],
      arguments: '<task> [instruction...]',
      summary: 'Delegate a task to the best-suited model and print the result.',
    },
    async () => (await import('./run.ts')).runOperation,
  ),
  listed(
    {
      name: 'delegate.diff',
      command: ['diff'],
      arguments: '[instruction...]',
      summary: 'Get a change as a git patch, or turn an existing answer into one.',
    },
    async () => (await import('./diff.ts')).diffOperation,
  ),
  listed(
    {
      name: 'delegate.tests',
      command: ['tests'],
      arguments: '[instruction...]',
      summary: 'Write deterministic tests for the given files.',
    },
    async () => (await import('./tests.ts')).testsOperation,
  ),
  listed(
    {
      name: 'delegate.docs',
      command: ['docs'],
      arguments: '[instruction...]',
      summary: 'Write Markdown documentation for the given files.',
    },
    async () => (await import('./docs.ts')).docsOperation,
  ),
  listed(
    {
      name: 'patch.apply',
      command: ['patch', 'apply'],
      groupSummary: 'Apply patches from earlier results.',
      arguments: '[patch_id]',
      summary: 'Write a patch to the working tree, all or nothing.',
    },
    async () => (await import('./patch-apply.ts')).patchApplyOperation,
  ),
  listed(
    {
      name: 'retrieve.search',
      command: ['search'],
      arguments: '[query...]',
      summary:
        'Find the blocks of code that fit a question, uncommitted work included. Nothing to set up, nothing is sent.',
    },
    async () => (await import('./search.ts')).searchOperation,
  ),
  listed(
    {
      name: 'route.explain',
      command: ['route'],
      arguments: '[task] [instruction...]',
      summary: 'Show which model a request would go to, why, and what it may cost. Offline, no key needed.',
    },
    async () => (await import('./route-explain.ts')).routeExplainOperation,
  ),
  listed(
    {
      name: 'usage.report',
      command: ['usage', 'report'],
      groupSummary: 'Report what was spent.',
      arguments: '[files...]',
      summary: 'Summarise cost, tokens and latency by model, task, day and more.',
    },
    async () => (await import('./usage/usage-report.ts')).usageReportOperation,
  ),
  listed(
    {
      name: 'usage.status',
      command: ['usage', 'status'],
      arguments: '[files...]',
      summary: 'Show what was spent today, the last call and what is left of the budgets, in one line.',
      surfaces: ['cli'],
    },
    async () => (await import('./usage/usage-status.ts')).usageStatusOperation,
  ),
  listed(
    {
      name: 'check',
      command: ['check'],
      arguments: '<test>',
      summary:
        'Run existing tests twice, and against changed code, in a sandbox: do they test anything? No key needed.',
      surfaces: ['cli'],
    },
    async () => (await import('./check.ts')).checkOperation,
  ),
  listed(
    {
      name: 'runs.show',
      command: ['runs', 'show'],
      groupSummary: 'List earlier calls, and show their answers again.',
      arguments: '[run]',
      summary:
        'Print the answer of an earlier call, even if it could not be used or delivered. Costs nothing.',
      surfaces: ['cli'],
    },
    async () => (await import('./runs-show.ts')).runsShowOperation,
  ),
  listed(
    {
      name: 'runs.list',
      command: ['runs', 'list'],
      summary: `List the last ${mostRunsListed} calls that sent a request, the newest first.`,
      surfaces: ['cli'],
    },
    async () => (await import('./runs-list.ts')).runsListOperation,
  ),
  listed(
    {
      name: 'doctor',
      command: ['doctor'],
      summary: 'Check the setup: key, provider, models, configuration, ledger, budgets, clients.',
      surfaces: ['cli'],
    },
    async () => (await import('./doctor.ts')).doctorOperation,
  ),
  listed(
    {
      name: 'models',
      command: ['models'],
      summary:
        'List aliases and models: price, window, efforts, shutdown, and which tasks use them. Offline.',
      surfaces: ['cli'],
    },
    async () => (await import('./models.ts')).modelsOperation,
  ),
  listed(
    {
      name: 'config.get',
      command: ['config', 'get'],
      groupSummary: 'Show and change your settings.',
      arguments: '<key>',
      summary: 'Print the value that a setting has, whichever file sets it.',
      surfaces: ['cli'],
    },
    async () => (await import('./settings/show.ts')).configGetOperation,
  ),
  listed(
    {
      name: 'config.set',
      command: ['config', 'set'],
      arguments: '<key> <value>',
      summary: 'Set a value in your own configuration files; comments in them stay.',
      surfaces: ['cli'],
    },
    async () => (await import('./settings/change.ts')).configSetOperation,
  ),
  listed(
    {
      name: 'config.unset',
      command: ['config', 'unset'],
      arguments: '<key>',
      summary:
        'Remove a value from your own configuration files; what else sets it, or the default, applies again.',
      surfaces: ['cli'],
    },
    async () => (await import('./settings/change.ts')).configUnsetOperation,
  ),
  listed(
    {
      name: 'config.list',
      command: ['config', 'list'],
      summary: 'List every setting with its value and what sets it.',
      surfaces: ['cli'],
    },
    async () => (await import('./settings/show.ts')).configListOperation,
  ),
  listed(
    {
      name: 'config.path',
      command: ['config', 'path'],
      summary: 'Print the folder of your own configuration files; with --json also all others that are read.',
      surfaces: ['cli'],
    },
    async () => (await import('./settings/show.ts')).configPathOperation,
  ),
];

function listed(row: OperationRow, body: () => Promise<OperationBody>): ListedOperation {
  return { ...row, load: once(async () => ({ ...row, ...(await body()) })) };
}

export function isOffered({ surfaces }: OperationRow, surface: SurfaceName): boolean {
  return surfaces === undefined || surfaces.includes(surface);
}
