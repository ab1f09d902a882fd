import * as z from 'zod';
import type { Config } from '../core/config/config.ts';
import { formatProblem } from '../core/config/problem.ts';
import { brokenCheck, type Finding, findingStatuses, ok, problem, warning } from '../core/doctor/finding.ts';
import type { ListedModel, ModelOptions } from '../core/doctor/models.ts';
import { ProviderFailure } from '../core/errors/provider-failure.ts';
import { redactor } from '../core/errors/redact.ts';
import type { CallOptions } from '../engine/context.ts';
import type { Diagnostics, OperationContext } from './context.ts';
import { timeoutSeconds } from './delegation/fields.ts';
import { field, operation } from './operation.ts';

/** How long the provider may take to list its models. */
const defaultTimeoutSeconds = 10;

const doctorOutput = () =>
  z.object({
    ok: z.boolean().describe('Whether there is no problem; warnings are none.'),
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

/** Not a tool: it is for the person who sets orch up, and its definition would cost every session. */
export const doctorOperation = operation({
  name: 'doctor',
  command: ['doctor'],
  surfaces: ['cli'],
  examines: true,
  rehearsable: true,
  title: 'Examine the setup',
  summary: 'Say what works and what does not: key, provider, models, configuration, ledger, clients.',
  description: 'Examines the setup. Asks the provider only for its list of models, which is free.',
  input: z.strictObject({
    verbose: field(z.boolean().optional(), 'Every setting with its origin, not only your own', {
      flag: '--verbose',
    }),
    timeout: field(
      timeoutSeconds.optional(),
      `Seconds for the provider's answer (default ${defaultTimeoutSeconds})`,
      { flag: '--timeout <seconds>' },
    ),
  }),
  output: doctorOutput,
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  examples: ['orch doctor', 'orch doctor --verbose', 'orch doctor --json'],
  async run({ verbose = false, timeout = defaultTimeoutSeconds }, context, options) {
    const diagnostics = context.diagnostics();
    const { environment } = diagnostics.environment();
    const findings = [
      ...(await machineFindings(diagnostics, options)),
      ...(await configurationFindings(diagnostics, verbose)),
      ...(await providerFindings(context, timeout * 1000, options)),
      ...(await recordFindings(diagnostics)),
      ...(await clientFindings(diagnostics)),
    ];
    // A key in a base URL, or one that the provider repeats, is not to be shown.
    const redact = redactor([environment.apiKey]);
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

/** A check that breaks is one finding; the others go on. */
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
  if (problems.length === 0) findings.push(ok('environment', 'every variable that is set is sound'));
  findings.push(...environment.notes.map((note) => warning('environment', note)));
  findings.push(...variableFindings(settings, verbose));
  findings.push(
    ...(await examine('configuration', () => {
      const { files, problems: faults, config } = diagnostics.config();
      const given = diagnostics.given();
      const own = files.filter((file) => !file.startsWith(given.folder));
      return [
        ok('configuration', `read: ${[given.folder, ...own].join(', ')}`),
        ...faults.map(({ origin, path, message, hint }) =>
          problem('configuration', `${origin}: ${path === '' ? '' : `${path}: `}${message}`, hint),
        ),
        ...(config ? settingFindings({ config, given: given.config, verbose }) : []),
      ];
    })),
  );
  return findings;
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
  // A base URL that is none is told among the variables; the key must not go elsewhere instead.
  const urlFault = problems.some(({ origin }) => origin.startsWith('OPENAI_BASE_URL'));
  const keyFault = findings.some(({ status }) => status === 'problem');
  if (!urlFault) findings.push(baseUrlFinding(environment));
  const config = usableConfig(diagnostics);
  let listed: ListedModel[] | undefined;
  if (urlFault) findings.push(warning('provider', 'not asked: OPENAI_BASE_URL is not a URL'));
  else if (keyFault) findings.push(warning('provider', 'not asked: there is no key to ask with'));
  else if (environment.rehearse && !config)
    findings.push(warning('provider', 'not rehearsed: the configuration is faulty'));
  else {
    try {
      listed = await (await diagnostics.models()).list({ signal, limitMs });
      findings.push(ok('provider', `reached, the key is accepted, ${listed.length} models`));
    } catch (error) {
      if (!(error instanceof ProviderFailure) || signal.aborted) throw error;
      findings.push(problem('provider', error.message, error.details.hint));
    }
  }
  if (!config) {
    findings.push(warning('alias', 'not looked at: the configuration is faulty'));
    return findings;
  }
  const options: ModelOptions = {
    config,
    today: new Date(context.clock().now()).toISOString().slice(0, 10),
    givenFolder: diagnostics.given().folder,
    overrideFolder: diagnostics.userFolder,
  };
  findings.push(...aliasFindings(options));
  if (listed) findings.push(...accessFindings(options, listed), ...shutdownFindings(options, listed));
  return findings;
}

/** Undefined where it is faulty, which is told elsewhere. */
function usableConfig(diagnostics: Diagnostics): Config | undefined {
  try {
    return diagnostics.config().config;
  } catch {
    return undefined;
  }
}

async function recordFindings(diagnostics: Diagnostics): Promise<Finding[]> {
  const { ledgerFindings, stateFinding } = await import('../core/doctor/surroundings.ts');
  const { machine, stateFolder } = diagnostics;
  const ledger = await examine('ledger', async () => {
    const { location, ...rest } = diagnostics.ledger();
    const writeFault = location === undefined ? undefined : machine.writeFault(location);
    const { records, skipped, files } = await rest.read().catch((error) => {
      // What cannot be written because it is no file is told once, by that.
      if (writeFault !== undefined) return { records: [], skipped: [], files: [] };
      throw error;
    });
    return ledgerFindings({ location, writeFault, rows: records.length, skipped, exists: files.length > 0 });
  });
  return [...ledger, stateFinding(stateFolder, machine.writeFault(`${stateFolder}/patches/x`))];
}

async function clientFindings({ machine }: Diagnostics): Promise<Finding[]> {
  const { clientFindings: findingsOf } = await import('../core/doctor/clients.ts');
  return examine('client', () => findingsOf(machine.clients()));
}
