import * as z from 'zod';
import type { Config } from '../core/config/config.ts';
import { type ConfigProblem, formatProblem } from '../core/config/problem.ts';
import { brokenCheck, type Finding, findingStatuses, ok, problem, warning } from '../core/doctor/finding.ts';
import type { ListedModel, ModelOptions } from '../core/doctor/models.ts';
import { ProviderFailure } from '../core/errors/provider-failure.ts';
import { utcDay } from '../core/text/utc-day.ts';
import type { CallOptions } from '../engine/context.ts';
import type { Diagnostics, OperationContext } from './context.ts';
import { timeoutSeconds } from './delegation/fields.ts';
import { commandOnly, field, looks } from './operation.ts';

/** Timeout of the provider's model list. */
const defaultTimeoutSeconds = 10;

const doctorOutput = () =>
  z.object({
    ok: z.boolean().describe('True if there are no problems; warnings do not count.'),
    findings: z.array(
      z.object({
        id: z.string(),
        status: z.enum(findingStatuses),
        message: z.string(),
        hint: z.string().optional(),
      }),
    ),
  });

export type DoctorOutput = z.output<ReturnType<typeof doctorOutput>>;

/** Not an MCP tool: it is for whoever sets orch up, and its definition would cost context in every session. */
export const doctorOperation = commandOnly({
  examines: true,
  rehearsable: true,
  input: () =>
    z.strictObject({
      verbose: field(z.boolean().optional(), 'Show every setting with its origin, not only changed ones', {
        flag: '--verbose',
      }),
      timeout: field(
        timeoutSeconds.optional(),
        `Timeout of the provider check in seconds (default ${defaultTimeoutSeconds})`,
        { flag: '--timeout <seconds>' },
      ),
    }),
  output: doctorOutput,
  annotations: { ...looks, openWorldHint: true },
  examples: ['orch doctor', 'orch doctor --verbose', 'orch doctor --json'],
  async run({ verbose = false, timeout = defaultTimeoutSeconds }, context, options) {
    const diagnostics = context.diagnostics();
    const findings = [
      ...(await machineFindings(diagnostics, options)),
      ...(await configurationFindings(diagnostics, verbose)),
      ...(await providerFindings(context, timeout * 1000, options)),
      ...(await recordFindings(diagnostics)),
      ...(await budgetsFound(diagnostics)),
      ...(await clientFindings(diagnostics)),
    ];
    const { message: redact } = context.redaction();
    return {
      ok: findings.every(({ status }) => status !== 'problem'),
      findings: findings.map(({ hint, ...finding }) => ({
        ...finding,
        message: oneLine(redact(finding.message)),
        ...(hint === undefined ? {} : { hint: oneLine(redact(hint)) }),
      })),
    };
  },
});

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** A check that throws becomes a finding; the others still run. */
async function examine(
  id: string,
  check: () => Promise<Finding[]> | Finding[],
  signal?: AbortSignal,
): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (signal?.aborted) throw error;
    return [brokenCheck(id, error)];
  }
}

async function machineFindings({ machine }: Diagnostics, { signal }: CallOptions): Promise<Finding[]> {
  const { gitFinding, nodeFinding } = await import('../core/doctor/surroundings.ts');
  return [
    nodeFinding(machine.nodeVersion),
    ...(await examine('git', async () => [gitFinding(await machine.gitVersion(signal))], signal)),
  ];
}

async function configurationFindings(diagnostics: Diagnostics, verbose: boolean): Promise<Finding[]> {
  const { settingFindings, variableFindings } = await import('../core/doctor/settings.ts');
  const { environment, problems, settings } = diagnostics.environment();
  const findings = problems.map((fault) =>
    problem('environment', formatProblem({ ...fault, hint: '' }).replace(/ \(\)$/, ''), fault.hint),
  );
  if (problems.length === 0) findings.push(ok('environment', 'all variables are valid'));
  findings.push(...environment.notes.map((note) => warning('environment', note)));
  findings.push(...variableFindings(settings, verbose));
  findings.push(
    ...(await examine('configuration', () => {
      const { files, problems: faults, config } = diagnostics.config();
      const packaged = diagnostics.packaged();
      const own = files.filter((file) => !file.startsWith(packaged.folder));
      return [
        ok('configuration', `read: ${[packaged.folder, ...own].join(', ')}`),
        ...faults.map((fault) => problem('configuration', ...inTwo(fault))),
        ...(config?.notes.map((note) => warning('configuration', note)) ?? []),
        ...(config?.unsound.map((fault) => warning('configuration', ...inTwo(fault))) ?? []),
        ...(config ? settingFindings({ config, packaged: packaged.config, verbose }) : []),
      ];
    })),
  );
  return findings;
}

/** Its message and its hint. */
function inTwo({ origin, path, message, hint }: ConfigProblem): [string, string] {
  return [`${origin}: ${path === '' ? '' : `${path}: `}${message}`, hint];
}

async function providerFindings(
  context: OperationContext,
  limitMs: number,
  { signal }: CallOptions,
): Promise<Finding[]> {
  const { baseUrlFinding, keyFindings } = await import('../core/doctor/provider.ts');
  const { accessFindings, aliasFindings, shutdownFindings } = await import('../core/doctor/models.ts');
  const diagnostics = context.diagnostics();
  const { environment, problems, settings } = diagnostics.environment();
  const findings = keyFindings(environment, settings);
  // An invalid base URL is reported with the variables; the key must not be sent to the default instead.
  const urlFault = problems.some(({ origin }) => origin.startsWith('OPENAI_BASE_URL'));
  const keyFault = findings.some(({ status }) => status === 'problem');
  if (!urlFault) findings.push(baseUrlFinding(environment));
  const config = usableConfig(diagnostics);
  let listed: ListedModel[] | undefined;
  if (urlFault) findings.push(warning('provider', 'not checked: OPENAI_BASE_URL is not a valid URL'));
  else if (keyFault) findings.push(warning('provider', 'not checked: there is no usable key'));
  else if (environment.rehearse && !config)
    findings.push(warning('provider', 'not checked: the configuration is invalid'));
  else {
    try {
      listed = await (await diagnostics.models()).list({ signal, limitMs });
      findings.push(ok('provider', `reachable, key accepted, ${listed.length} models`));
    } catch (error) {
      if (!(error instanceof ProviderFailure) || signal.aborted) throw error;
      findings.push(problem('provider', error.message, error.details.hint));
    }
  }
  if (!config) {
    findings.push(warning('alias', 'not checked: the configuration is invalid'));
    return findings;
  }
  const options: ModelOptions = {
    config,
    today: utcDay(context.clock().now()),
    packagedFolder: diagnostics.packaged().folder,
    overrideFolder: diagnostics.userFolder,
  };
  findings.push(...aliasFindings(options, listed));
  if (listed) findings.push(...accessFindings(options, listed), ...shutdownFindings(options, listed));
  return findings;
}

/** Undefined when it is invalid, which is reported elsewhere. */
function usableConfig(diagnostics: Diagnostics): Config | undefined {
  try {
    return diagnostics.config().config;
  } catch {
    return undefined;
  }
}

async function recordFindings(diagnostics: Diagnostics): Promise<Finding[]> {
  const { interruptedFindings, ledgerFindings, stateFinding } = await import(
    '../core/doctor/surroundings.ts'
  );
  const { machine, stateFolder } = diagnostics;
  const ledger = await examine('ledger', async () => {
    const { location, ...rest } = diagnostics.ledger();
    const writeFault = location === undefined ? undefined : machine.writeFault(location);
    const { records, skipped, files } = await rest.read().catch((error) => {
      // If the path is not a file, only the write fault is reported.
      if (writeFault !== undefined) return { records: [], skipped: [], files: [] };
      throw error;
    });
    return ledgerFindings({ location, writeFault, rows: records.length, skipped, exists: files.length > 0 });
  });
  return [
    ...ledger,
    stateFinding(stateFolder, machine.writeFault(`${stateFolder}/patches/x`)),
    ...diagnostics.stateNotes().map((note) => warning('state', note)),
    ...(await examine('change', async () => interruptedFindings(await diagnostics.interrupted()))),
  ];
}

/** Nothing is opened or contacted where nothing is limited or shared. */
async function budgetsFound(diagnostics: Diagnostics): Promise<Finding[]> {
  const { environment, problems } = diagnostics.environment();
  const config = usableConfig(diagnostics);
  if (!config) return [warning('budget', 'not checked: the configuration is invalid')];
  if (problems.some(({ origin }) => origin.startsWith('ORCH_BUDGET_URL')))
    return [warning('budget', 'not checked: ORCH_BUDGET_URL is not valid')];
  const { allLimitsOf, limitsOf } = await import('../core/budget/limits.ts');
  const { budgets } = config.policies;
  const limits = allLimitsOf(budgets);
  if (limits.length === 0 && environment.budgetUrl === undefined) return [ok('budget', 'none is set')];
  const { budgetFindings } = await import('../core/doctor/budget.ts');
  const { budget, machine } = diagnostics;
  const place = budget.place();
  const isShared = environment.budgetUrl !== undefined;
  const writeFault = isShared ? undefined : machine.writeFault(`${place}/1.log`);
  return examine('budget', async () =>
    budgetFindings({
      place,
      writeFault,
      standings: writeFault ? [] : await budget.standings(limits).catch((error: unknown) => ({ error })),
      // As a call here would find it: without a limit of its own it is sent, whatever the server says.
      sendsUncounted:
        budgets.onUnavailable === 'allow' || limitsOf(budgets, environment.projectName).length === 0,
      records: diagnostics.ledger().location !== undefined,
    }),
  );
}

async function clientFindings({ machine }: Diagnostics): Promise<Finding[]> {
  const { clientFindings: findingsOf } = await import('../core/doctor/clients.ts');
  return examine('client', () => findingsOf(machine.clients()));
}
