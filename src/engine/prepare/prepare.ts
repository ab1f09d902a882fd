/** First part of a call, and all of `route --explain`: read the files, assemble the input, decide. */
import { OrchError } from '../../core/errors/orch-error.ts';
import { type AssembledInput, assembleInput, refuseUncuttable } from '../../core/input/assemble-input.ts';
import type { Excerpt, SentExcerpt } from '../../core/input/excerpts.ts';
import { languageOfPaths } from '../../core/input/language.ts';
import { withoutEscapes } from '../../core/input/log/escapes.ts';
import { materialOf } from '../../core/input/material.ts';
import { approxTokens } from '../../core/input/tokens.ts';
import type { LifeCycleContext } from '../../core/models/life-cycle.ts';
import {
  describeAdvice,
  type RouteDecision,
  refusalCode,
  refusalMessage,
  shownRejections,
} from '../../core/router/decision.ts';
import type { RequestFeatures } from '../../core/router/features.ts';
import { route } from '../../core/router/route.ts';
import type { RedactedFiles } from '../../core/secrets/restore-secrets.ts';
import { isSecretName } from '../../core/secrets/secret-names.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import { instructionAllowanceTokens } from '../../core/tasks/tasks.ts';
import { formatUsd } from '../../core/text/format.ts';
import { utcDay } from '../../core/text/utc-day.ts';
import type { CallOptions, EngineContext } from '../context.ts';
import type { SourceSet } from '../ports.ts';
import { type Outgoing, redactRequest } from './redact-request.ts';
import { diffsOf, withChangedFiles } from './request-change.ts';

export interface PreparedCall {
  /** Without secrets, as everything here that is sent. */
  request: DelegateRequest;
  sourceSet: SourceSet;
  /** What was redacted, if anything, and the files as they are. */
  redacted: RedactedFiles | undefined;
  input: AssembledInput;
  /** Files of rules that the project has, with their size. */
  rules: { path: string; tokens: number }[];
  /** What was found for the task and goes along. Undefined: nothing was searched for. */
  autoContext: SentExcerpt[] | undefined;
  decision: RouteDecision;
}

/** Characters per token, well above what a limit of tokens allows. */
const searchedFactor = 10;

export interface PrepareOptions {
  signal: AbortSignal;
  onProgress?: CallOptions['onProgress'] | undefined;
  /** Nothing is sent anywhere, not even to search. Default false. */
  looks?: boolean;
}

export async function prepare(
  request: DelegateRequest,
  context: EngineContext,
  options: PrepareOptions,
): Promise<PreparedCall> {
  const { signal } = options;
  const {
    instruction,
    context: material,
    files,
    change,
    framework: _framework,
    timeoutMs: _timeout,
    maxRetryAfterMs: _wait,
    autoContext: _auto,
    contextTokens: _found,
    ...routed
  } = request;
  const { maxInputTokens: maxTokens } = context;
  const toPatch = request.shape === 'patch';
  const named = await context.workspace.readSources(files, signal, { toPatch });
  const changed = change && (await context.workspace.readChange(change, signal));
  const read =
    changed && toPatch ? await withChangedFiles(named, changed, maxTokens, instruction.length) : named;
  const limits = { maxTokens, shape: request.shape, safetyCritical: request.safetyCritical };
  const plain = plainLogs({ instruction, context: material, sourceSet: read }, request.safetyCritical);
  // Searching far too large files for secrets would take seconds, before they are refused.
  const length = read.sources.reduce((sum, { text }) => sum + text.length, instruction.length);
  if (length > maxTokens * searchedFactor)
    refuseUncuttable(
      { instruction: plain.instruction, context: undefined, sources: plain.sourceSet.sources },
      limits,
    );
  const rules = context.workspace.readRules(context.config.policies.rules, read.base);
  const given = [...read.sources, ...(changed?.changes ?? []).map(({ path }) => ({ path, text: '' }))];
  const found = await foundFor(request, { base: read.base, files: given }, context, options);
  const { excerpts: unredacted = [] } = found ?? {};
  const outgoing = {
    ...plain,
    ...{ changes: changed?.changes ?? [], rules: rules.rules, excerpts: unredacted },
  };
  const { sourceSet, redacted, warnings, changes, excerpts, ...texts } = await redactRequest(
    outgoing,
    context.secrets,
  );
  const input = assembleInput(
    {
      ...texts,
      sources: sourceSet.sources,
      changes: await diffsOf(changes),
      found: found && { excerpts, maxTokens: found.maxTokens },
    },
    limits,
  );
  const features: RequestFeatures = {
    ...routed,
    approxTokens: input.approxTokens,
    mostTokens: input.mostTokens + instructionAllowanceTokens,
    language: request.language ?? languageOfPaths([...sourceSet.sources, ...changes].map(({ path }) => path)),
  };
  return {
    request: { ...request, ...texts, language: features.language },
    sourceSet,
    redacted,
    rules: texts.rules.map(({ path, text }) => ({ path, tokens: approxTokens(text) })),
    autoContext: found && input.excerpts,
    input: {
      ...input,
      warnings: [
        ...input.warnings,
        ...sourceSet.warnings,
        ...(changed?.warnings ?? []),
        ...rules.warnings,
        ...(found?.warnings ?? []),
        ...namedSecrets(sourceSet),
        ...warnings,
      ],
    },
    decision: decide(features, context),
  };
}

interface Found {
  excerpts: readonly Excerpt[];
  maxTokens: number;
  warnings: readonly string[];
}

/** Undefined where nothing is to be searched for; only otherwise is the search loaded. */
async function foundFor(
  request: DelegateRequest,
  given: { base: string; files: readonly { path: string; text: string }[] },
  { config, retrieval }: EngineContext,
  options: PrepareOptions,
): Promise<Found | undefined> {
  const { autoContext = config.policies.retrieval.autoContext } = request;
  if (!autoContext) return undefined;
  const { contextTokens: maxTokens = config.policies.retrieval.contextTokens } = request;
  const { findExcerpts } = await import('../retrieve/auto-context.ts');
  return { maxTokens, ...(await findExcerpts(request, given, retrieval, { ...options, maxTokens })) };
}

type Texts = Pick<Outgoing, 'instruction' | 'context' | 'sourceSet'>;

/** Without escape sequences, behind which a secret could hide that stands there in the open once they are gone. */
function plainLogs(texts: Texts, safetyCritical: boolean): Texts {
  if (safetyCritical) return texts;
  const { instruction, context, sourceSet } = texts;
  return {
    instruction: withoutEscapes(instruction),
    context: context === undefined ? undefined : withoutEscapes(context),
    sourceSet: {
      ...sourceSet,
      sources: sourceSet.sources.map((source) =>
        materialOf(source.text, source.path) === 'log'
          ? { ...source, text: withoutEscapes(source.text) }
          : source,
      ),
    },
  };
}

/** A glob never matches such a file, so each of them was named exactly. */
function namedSecrets({ sources }: SourceSet): string[] {
  const paths = new Set(sources.map(({ path }) => path).filter(isSecretName));
  return [...paths].map((path) => `${path} is sent because it was named, although its name looks secret`);
}

/** A request without an instruction can be routed, but not sent. */
export function requireInstruction(request: DelegateRequest): void {
  if (request.instruction.trim() === '') {
    throw new OrchError('input-empty', 'the instruction is empty', {
      hint: 'give the instruction as an argument, with --input, or on standard input; with files or a change it may be left out',
    });
  }
}

/** Routes with today's date and the models that this process knows to be unavailable. */
export function decide(features: RequestFeatures, context: EngineContext): RouteDecision {
  return route(features, context.config, lifeCycle(context));
}

export function lifeCycle({ config, clock, memory }: EngineContext): LifeCycleContext {
  return { catalog: config.catalog, today: utcDay(clock.now()), notFound: memory.notFound };
}

/** The error for a decision without an eligible candidate. */
export function noCandidateError(decision: RouteDecision): OrchError {
  const { rejected, ceilingUsd, ceilingAdvice } = decision;
  const hints = {
    usage: 'add a model that is not in the catalogue to catalog.json',
    'over-budget': ceilingAdvice
      ? `${describeAdvice(ceilingAdvice)}: raise the ceiling of ${formatUsd(ceilingUsd)} (the lowest of --max-cost or maxCostUsd, ORCH_MAX_COST_USD or else budgets.perCallUsd, and budgets.perTaskUsd applies), lower the effort, or send less`
      : "add the model's price to catalog.json, or call it without a ceiling",
    'no-eligible-model': 'run orch route --explain with the same flags for details',
  };
  const code = refusalCode(rejected);
  return new OrchError(code, refusalMessage(rejected), {
    hint: hints[code],
    details: { rejected: shownRejections(rejected) },
  });
}
