/** The composition root: lazy functions that create each part once, on first use. */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { type Budgets, budgets } from './adapters/budget/budgets.ts';
import { csvLedger, noLedger } from './adapters/ledger/csv-ledger.ts';
import { jsonLog } from './adapters/ledger/json-log.ts';
import { flushMs, sentOn } from './adapters/ledger/sent-on.ts';
import type { OpenAiSettings } from './adapters/openai/client.ts';
import type { EngineParts } from './adapters/retrieve/retrieval.ts';
import { secretScanner } from './adapters/secrets/secret-scanner.ts';
import { lazySyntax } from './adapters/syntax/syntax.ts';
import { systemClock } from './adapters/system/clock.ts';
import {
  configFolders,
  inspectConfig,
  loadConfig,
  ownProblems,
  packagedConfig,
  packagedFolder,
} from './adapters/system/config-files.ts';
import { readDotEnv } from './adapters/system/dot-env.ts';
import { folderNotes } from './adapters/system/folder-notes.ts';
import {
  cacheFolder,
  grammarFolder,
  homeFolder,
  repositoryTop,
  type StateFolder,
  stateFolder,
  stateFolders,
  userConfigFolder,
} from './adapters/system/folders.ts';
import { thisMachine } from './adapters/system/machine.ts';
import { canonicalPath } from './adapters/system/paths.ts';
import { readRegularFile } from './adapters/system/regular-file.ts';
import { fileResultStore } from './adapters/system/result-store.ts';
import { saidToday } from './adapters/system/said-today.ts';
import { workspaceFiles } from './adapters/workspace/find/files.ts';
import { destinationOf } from './adapters/workspace/write/destination.ts';
import { notedTemporaries } from './adapters/workspace/write/temporaries.ts';
import { sweepLocks, treeLock } from './adapters/workspace/write/tree-lock.ts';
import { workspaceWriter } from './adapters/workspace/write/writer.ts';
import { usdOf } from './core/budget/nano.ts';
import type { Limit } from './core/budget/state.ts';
import { keyFault, keyHints, namesItself } from './core/config/api-key.ts';
import { shownBudgetUrl } from './core/config/budget-url.ts';
import { type Environment, inspectEnvironment, type LogLevel } from './core/config/environment.ts';
import { refuseProblems } from './core/config/problem.ts';
import type { RetrievalPolicy } from './core/config/retrieval.ts';
import { OrchError } from './core/errors/orch-error.ts';
import { exactRedactor, redactor } from './core/errors/redact.ts';
import { secretsIn } from './core/errors/secrets.ts';
import type { LedgerSink } from './core/record/csv-rows.ts';
import { timeZone, zoneName } from './core/record/time-zone.ts';
import type { UsageRecord } from './core/record/usage-record.ts';
import { ownSecrets } from './core/secrets/own-secrets.ts';
import { printable } from './core/text/hidden.ts';
import { mapTexts } from './core/text/json.ts';
import { once } from './core/text/once.ts';
import { utcDay } from './core/text/utc-day.ts';
import { EngineMemory } from './engine/attempts/memory.ts';
import type { EngineContext } from './engine/context.ts';
import type {
  Clock,
  Ledger,
  OutputGuard,
  PatchApplier,
  PatchChecker,
  Provider,
  RunStore,
  TreeWriter,
} from './engine/ports.ts';
import type {
  EmbeddingProvider,
  MemorySource,
  Retrieval,
  RetrievalEngine,
} from './engine/retrieval-ports.ts';
import type { Diagnostics, OperationContext } from './operations/context.ts';

export interface FactoryOptions {
  cwd: string;
  variables: Readonly<Record<string, string | undefined>>;
  /** Writes log lines when ORCH_LOG_FILE is not set. */
  writeLog: (line: string) => void;
  /** Used when ORCH_LOG_LEVEL is not set. */
  defaultLogLevel: LogLevel;
  /** Overrides ORCH_REHEARSE. */
  rehearse?: boolean;
  /** A session with several calls: a reminder is shown once in it, instead of once a day. Default false. */
  session?: boolean;
  /** Folders that the MCP client allows besides the working directory. Undefined on the command line. */
  clientRoots?: () => readonly string[];
  clock?: Clock;
}

export interface Factory extends OperationContext {
  close(): Promise<void>;
}

/** Throws `usage` if the folder no longer exists. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new OrchError('usage', 'the working directory no longer exists', {
      hint: 'change to an existing folder',
      cause: error,
    });
  }
}

export function createFactory(options: FactoryOptions): Factory {
  const { cwd, variables } = options;
  const closers: (() => Promise<void>)[] = [];
  const clock = options.clock ?? systemClock;
  const newId = () => crypto.randomUUID().replaceAll('-', '');
  const today = () => utcDay(clock.now());

  const reading = once(() => {
    const ignored: string[] = [];
    const dotEnv = readDotEnv(cwd, (note) => ignored.push(note), homeFolder(variables));
    const { environment: seen, ...rest } = inspectEnvironment({
      process: variables,
      dotEnv,
      pathDelimiter: delimiter,
    });
    return { ...rest, environment: { ...seen, notes: [...ignored, ...seen.notes] } };
  });
  const redaction = once(() => {
    const { apiKey } = reading().environment;
    const { certain, likely } = secretsIn(variables);
    const secrets = apiKey === undefined || namesItself(apiKey) ? certain : [apiKey, ...certain];
    return { message: redactor(secrets, likely), result: exactRedactor(secrets) };
  });
  const environment = () => {
    const { environment: sound, problems } = reading();
    refuseProblems('invalid-environment', problems);
    return sound;
  };
  const config = once(() => loadConfig({ cwd, variables, environment: environment() }));
  /** None if the configuration is invalid: what uses it says so, and the rest need not fail. */
  const configNotes = () => {
    try {
      return config().notes;
    } catch {
      return [];
    }
  };
  const stateNotes = once(() =>
    folderNotes(['' as const, ...stateFolders].map((name) => join(stateFolder(variables), name))),
  );
  const roots = () => environment().roots;
  /** The folders whose links are not followed out of them by what orch writes. */
  const bounds = () => [cwd, ...roots(), ...(options.clientRoots?.() ?? [])];
  const workspace = once(() =>
    workspaceFiles({ cwd, roots, clientRoots: options.clientRoots, home: homeFolder(variables) }),
  );
  const state = (name: StateFolder) => join(stateFolder(variables), name);
  const temporaries = once(() => notedTemporaries(state('temporaries')));
  // What only explains a route loads neither.
  const gitPatch = () => import('./adapters/workspace/git/git-patch.ts');
  const patchChecker = once(
    (): PatchChecker => ({
      check: async (...patch) => (await gitPatch()).gitPatchChecker(temporaries()).check(...patch),
    }),
  );
  const syntax = once(() => lazySyntax(grammarFolder()));
  const patchApplier = once(
    (): PatchApplier => ({
      tryOut: async (...patch) => (await gitPatch()).gitPatchApplier(temporaries()).tryOut(...patch),
    }),
  );
  const lockFolder = state('locks');
  const lock = treeLock(lockFolder);
  /** Removes what killed processes have left behind. */
  const tidy = () => {
    sweepLocks(lockFolder);
    return temporaries().sweep();
  };
  const writer = once(() => workspaceWriter(cwd, { temporaries: temporaries(), roots: bounds }));
  const outputs = once((): OutputGuard => {
    const guard = once(async () => {
      const { outputGuard } = await import('./adapters/workspace/write/output-guard.ts');
      return outputGuard({ cwd, folder: state('outputs'), roots: bounds });
    });
    return {
      permit: async (...file) => (await guard()).permit(...file),
      note: async (...file) => (await guard()).note(...file),
    };
  });
  const journals = state('journal');
  const treeWriter = once(async () => {
    const { treeWriter: make } = await import('./adapters/workspace/changes/tree-writer.ts');
    const base = () => workspace().base();
    return make({ folder: journals, cwd, base, lock, temporaries: temporaries() });
  });
  const tree = once(
    (): TreeWriter => ({
      assertPossible: async () => (await treeWriter()).assertPossible(),
      apply: async (...change) => {
        await tidy();
        return (await treeWriter()).apply(...change);
      },
      recover: async (path) => (hasJournals(journals) ? (await treeWriter()).recover(path) : []),
      resume: async () => {
        await tidy();
        return (await treeWriter()).resume();
      },
      waiting: async () => (hasJournals(journals) ? (await treeWriter()).waiting() : undefined),
    }),
  );
  /** What an argument repeats, such as a key given as a model's name, is not recorded. */
  const recorded = (text: string) => printable(redaction().message(text));
  const scratch = once(async () => {
    const { scratchCopies } = await import('./adapters/scratch/scratch-copies.ts');
    return scratchCopies({ temporaries: temporaries(), home: homeFolder(variables) });
  });
  const testedProjects = once(async () => {
    const { projects } = await import('./adapters/scratch/projects.ts');
    return projects({ cwd, variables });
  });
  const confinement = once(async () => {
    const { sandboxes } = await import('./adapters/sandbox/sandboxes.ts');
    return sandboxes({ variables, home: homeFolder(variables), temporaries: temporaries() });
  });
  const ledgerPath = ({ usageCsv }: Environment) => {
    if (usageCsv?.toLowerCase() === 'off') return undefined;
    return usageCsv === undefined ? join(stateFolder(variables), 'usage.csv') : resolve(cwd, usageCsv);
  };
  const ledgerOf = (seen: Environment) => {
    const path = ledgerPath(seen);
    if (path === undefined) return noLedger();
    const kept = csvLedger({ path, temporaries: temporaries(), roots: bounds });
    closers.push(kept.close);
    return {
      ...kept,
      append: (records: readonly UsageRecord[]) =>
        kept.append(records.map((record) => mapTexts(record, recorded))),
    };
  };
  const ledger = once(() => ledgerOf(environment()));
  const zone = () => zoneName(variables.TZ, Intl.DateTimeFormat().resolvedOptions().timeZone);
  const scanOwn = async ({ location }: Ledger, sink: LedgerSink, signal: AbortSignal) => {
    const { scanLedger } = await import('./adapters/ledger/read.ts');
    if (location !== undefined) await scanLedger(location, sink, signal);
  };
  const scanLedgers: Factory['scanLedgers'] = async (paths, sink, signal) => {
    if (!paths) return scanOwn(ledger(), sink, signal);
    const { scanLedgers: scanAll } = await import('./adapters/ledger/read.ts');
    return scanAll(paths, sink, { cwd, signal, stdin: () => process.stdin });
  };
  const dayOf = once(() => timeZone(zone().name, zone().origin).dayOf);
  const budgetOf = ({ budgetUrl }: Environment, recordedIn: Ledger) => {
    const kept = budgets({
      url: budgetUrl,
      folder: state('budget'),
      seenFolder: state('shared-budgets'),
      ledger: recordedIn,
      scan: (sink) => scanOwn(recordedIn, sink, new AbortController().signal),
      now: clock.now,
      newId,
      dayOf: (time) => dayOf()(time),
      clean: (row) => mapTexts(row, recorded),
    });
    closers.push(kept.close);
    return kept;
  };
  const budget = once(() => budgetOf(environment(), ledger()));
  const standingsIn = async (kept: Budgets, limits: readonly Limit[]) =>
    (await kept.open(true))!.state(limits, dayOf()(clock.now()));
  const assertRecordable = () => {
    const { logFile } = environment();
    const checks = {
      ORCH_USAGE_CSV: () => ledger().assertAllowed(),
      ORCH_LOG_FILE: () => logFile !== undefined && destinationOf(resolve(cwd, logFile), bounds()),
    };
    for (const [name, check] of Object.entries(checks)) {
      try {
        check();
      } catch (error) {
        throw error instanceof OrchError
          ? new OrchError(error.code, `${name}: ${error.message}; nothing was sent`, error)
          : error;
      }
    }
  };
  const results = once(() => fileResultStore(state('results')));
  const patches = once(() => fileResultStore(state('patches')));
  const runs = once((): RunStore => {
    const store = once(async () => {
      const { fileRunStore } = await import('./adapters/system/run-store.ts');
      return fileRunStore(state('runs'));
    });
    return {
      save: async (...run) => (await store()).save(...run),
      ids: async (beginning) => (await store()).ids(beginning),
      newest: async () => (await store()).newest(),
      head: async (id) => (await store()).head(id),
      load: async (id) => (await store()).load(id),
    };
  });
  const rehearsal = () => options.rehearse ?? environment().rehearse;
  /** The server and key for requests. */
  const connection = once(async (): Promise<OpenAiSettings> => {
    if (options.rehearse ?? reading().environment.rehearse) {
      const { startRehearsalServer } = await import('./rehearsal/server.ts');
      const server = await startRehearsalServer({
        catalog: config().catalog,
        today,
      });
      closers.push(() => server.close());
      return {
        apiKey: 'no-key-is-needed-to-rehearse',
        baseUrl: server.url,
        organization: undefined,
        project: undefined,
      };
    }
    const { apiKey, baseUrl, organization, project } = reading().environment;
    return { apiKey: checkedKey(apiKey, baseUrl), baseUrl, organization, project };
  });
  const provider = once(async (): Promise<Provider> => {
    // Runs in the background, while the request is in progress.
    void tidy();
    const settings = await connection();
    const { openAiProvider } = await import('./adapters/openai/provider.ts');
    return openAiProvider({ ...settings, redact: redaction().message });
  });
  const diagnostics = once(
    (): Diagnostics => ({
      environment: () => {
        const { environment: seen, ...rest } = reading();
        return { ...rest, environment: { ...seen, rehearse: options.rehearse ?? seen.rehearse } };
      },
      config: () => inspectConfig({ cwd, variables, environment: reading().environment }),
      packaged: () => ({ config: packagedConfig(), folder: packagedFolder() }),
      userFolder: userConfigFolder(variables),
      async models() {
        const settings = await connection();
        const { openAiModelLister } = await import('./adapters/openai/models.ts');
        return openAiModelLister(settings, redaction().message);
      },
      ledger: () => ledgerOf(reading().environment),
      budget: {
        place() {
          const { budgetUrl } = reading().environment;
          return budgetUrl === undefined ? state('budget') : shownBudgetUrl(budgetUrl);
        },
        async standings(limits) {
          const seen = reading().environment;
          const kept = budgetOf(seen, ledgerOf(seen));
          await (await kept.open(true))?.assertWritable?.();
          return standingsIn(kept, limits);
        },
      },
      stateFolder: stateFolder(variables),
      stateNotes,
      async interrupted() {
        if (!hasJournals(journals)) return { folders: [], damaged: [] };
        const { journalsIn } = await import('./adapters/workspace/changes/journal-file.ts');
        const left = journalsIn(journals).filter(({ live }) => !live);
        return {
          folders: left.flatMap(({ header }) => (header === undefined ? [] : [header.base])),
          damaged: left.filter(({ header }) => header === undefined).map(({ file }) => file),
        };
      },
      machine: thisMachine(cwd, variables),
    }),
  );
  const log = once(() => {
    const { logLevel, logFile } = environment();
    return jsonLog({
      clean: redaction().message,
      level: logLevel ?? options.defaultLogLevel,
      file: logFile === undefined ? undefined : resolve(cwd, logFile),
      roots: bounds,
      write: options.writeLog,
    });
  });
  const sendingOn = () => {
    if (!environment().sendsTelemetry) return undefined;
    const debug = (message: string) => log().debug('telemetry', message);
    const sending = sentOn({
      async start() {
        const { startTelemetry } = await import('./adapters/telemetry/telemetry.ts');
        // A command waits at its end, and no longer than that.
        return startTelemetry({
          variables,
          requestMs: options.session ? undefined : flushMs,
          debug,
        });
      },
      clean: (record) => mapTexts(record, recorded),
      debug,
    });
    closers.push(sending.close);
    return sending.send;
  };
  const secrets = once(() => {
    const { apiKey, redacts } = environment();
    return redacts
      ? secretScanner(ownSecrets({ ...variables, OPENAI_API_KEY: apiKey }, secretsIn(variables).certain))
      : undefined;
  });
  const qdrantSearch = async ({ embedded, storeFor, required }: EngineParts): Promise<RetrievalEngine> => {
    const { qdrantUrl, qdrantApiKey } = environment();
    const { retrieval: policy, budgets } = config().policies;
    const { qdrantEngine, localQdrant } = await import('./adapters/qdrant/engine.ts');
    return qdrantEngine({
      server: {
        url: qdrantUrl ?? policy.qdrant?.url ?? localQdrant,
        apiKey: qdrantApiKey,
        allowInsecure: policy.qdrant?.allowInsecure ?? false,
        variables,
        redact: redaction().message,
        clock,
      },
      collection: policy.qdrant?.collection,
      local: embedded,
      required,
      // Vectors of a rehearsal would be taken for real ones.
      embedder: policy.embeddings && !rehearsal() ? await embedderMaker(policy.embeddings) : undefined,
      ceilingUsd: budgets.perCallUsd,
      secrets: secrets(),
      store: storeFor,
    });
  };
  const embedderMaker = async ({
    model = 'text-embedding-3-small',
    dimensions = 512,
  }: NonNullable<RetrievalPolicy['embeddings']>) => {
    const { embedder } = await import('./engine/embed/embedder.ts');
    const provider = once(async (): Promise<EmbeddingProvider> => {
      const settings = await connection();
      const { openAiEmbeddings } = await import('./adapters/openai/embeddings.ts');
      return openAiEmbeddings({ ...settings, redact: redaction().message });
    });
    return (warn: (warning: string) => void) =>
      embedder({ model, dimensions, context: engine(), provider, warn });
  };
  const memoryOf = (settings: NonNullable<RetrievalPolicy['memory']>): MemorySource => ({
    async search(...query) {
      const { memorySource } = await import('./adapters/memory/memory-source.ts');
      return memorySource(settings, cwd).search(...query);
    },
  });
  const retrieval = once(async (): Promise<Retrieval> => {
    const { indexFolder, qdrantUrl } = environment();
    const policy = config().policies.retrieval;
    const { openRetrieval } = await import('./adapters/retrieve/retrieval.ts');
    return openRetrieval({
      cwd,
      roots,
      clientRoots: options.clientRoots,
      home: homeFolder(variables),
      indexFolder:
        indexFolder?.toLowerCase() === 'off'
          ? undefined
          : resolve(cwd, indexFolder ?? join(cacheFolder(variables), 'index')),
      engines: { qdrant: qdrantSearch },
      defaultEngine: policy.engine ?? (qdrantUrl === undefined ? 'embedded' : 'qdrant'),
      secrets: secrets(),
      exclude: policy.exclude,
      memory: policy.memory && memoryOf(policy.memory),
    });
  });
  const engine = once((): EngineContext => {
    const { maxInputTokens, projectName } = environment();
    return {
      config: config(),
      maxInputTokens,
      workspace: workspace(),
      secrets: secrets(),
      retrieval,
      provider,
      ledger: ledger(),
      sendOn: sendingOn(),
      budget: (limited) => budget().open(limited),
      localDay: () => dayOf()(clock.now()),
      patchChecker: patchChecker(),
      syntax: syntax(),
      clock,
      memory: new EngineMemory(),
      log: log(),
      newId,
      random: Math.random,
      projectName,
      rehearsal: rehearsal(),
    };
  });

  const settings = once(async () => {
    const { userSettings } = await import('./adapters/settings/user-settings.ts');
    return userSettings({
      folder: userConfigFolder(variables),
      lock,
      temporaries: temporaries(),
      problems: (replaced) => ownProblems({ cwd, variables, environment: reading().environment }, replaced),
    });
  });
  const saidHere = new Set<string>();
  const isDue = (reminder: string) => {
    if (saidHere.has(reminder)) return false;
    saidHere.add(reminder);
    if (options.session) return true;
    // Another repository's key is another piece of news.
    const place = reading().environment.reminders.includes(reminder) ? (repositoryTop(cwd) ?? cwd) : '';
    return !saidToday(state('said'), today(), `${place}\n${reminder}`);
  };

  return {
    cwd,
    environment,
    config,
    configFolders: () => configFolders({ cwd, variables, environment: environment() }),
    workspace,
    patchChecker,
    syntax,
    patchApplier,
    writer,
    outputs,
    tree,
    async missingCommand(command) {
      const { missingCommand } = await import('./adapters/workspace/missing-command.ts');
      return missingCommand(command, { cwd });
    },
    realPath: (path) => canonicalPath(resolve(cwd, path)),
    mayRun: options.session !== true,
    scratchCopies: scratch,
    projects: testedProjects,
    sandboxes: confinement,
    ledger,
    async ledgerTail(since) {
      const location = ledgerPath(reading().environment);
      if (location === undefined) return { location, tail: undefined };
      const { readLedgerTail } = await import('./adapters/ledger/tail.ts');
      return { location, tail: await readLedgerTail(location, since) };
    },
    assertRecordable,
    redaction,
    scanLedgers,
    recentRecords: async (word) => {
      const { location } = ledger();
      if (location === undefined || !existsSync(location)) return [];
      const { recentRecords } = await import('./adapters/ledger/recent.ts');
      return recentRecords(location, word);
    },
    readFile: readRegularFile,
    results,
    patches,
    runs,
    engine,
    retrieval,
    clock: () => clock,
    zone,
    budgetStandings: (limits) => standingsIn(budget(), limits),
    rebuildBudget: async (scan) => usdOf(await budget().rebuild(scan)),
    newId,
    userSettings: () => ({
      folder: userConfigFolder(variables),
      change: async (...setting) => (await settings()).change(...setting),
    }),
    diagnostics,
    notes: () => [...environment().notes, ...configNotes(), ...stateNotes()],
    isDue,
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

/** False also if the folder cannot be read, or is not there. */
function hasJournals(folder: string): boolean {
  try {
    // Most users never have any, and an exception at each call of a tool would take longer.
    return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.journal'));
  } catch {
    return false;
  }
}

/** The key itself never appears in a message. */
function checkedKey(key: string | undefined, baseUrl: string | undefined): string {
  if (key === undefined)
    throw new OrchError('no-key', 'OPENAI_API_KEY is not set', { hint: keyHints.missing });
  const fault = keyFault(key, { ownServer: baseUrl !== undefined });
  if (fault !== undefined) throw new OrchError('no-key', fault.message, { hint: fault.hint });
  return key;
}
