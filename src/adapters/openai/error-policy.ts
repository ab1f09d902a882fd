/**
 * Classifies a provider's error by status, code and parameter and, where these say nothing, by its message. What
 * follows from a class is in core/errors/provider-failure.ts.
 */
import {
  type FailureClass,
  type FailureDetails,
  ProviderFailure,
} from '../../core/errors/provider-failure.ts';
import { shortMessage, shortName } from '../../core/text/outside-text.ts';
import { refusableName } from '../../engine/attempts/parameters.ts';

export interface ProviderError {
  /** Undefined for an error inside a stream that began with 200. */
  status: number | undefined;
  code: string | undefined;
  type: string | undefined;
  param: string | undefined;
  message: string;
}

const quotaCodes =
  /^(insufficient_quota|credit_balance_exhausted|\w+_spend_limit_exceeded|organization_usage_limit_exceeded|usage_limit_reached|billing_hard_limit_reached|budget_exceeded)$/;
const contentCodes =
  /^(invalid_prompt|cyber_policy|content_policy_violation|content_filter|moderation_blocked)$/;
/** Codes and types of the API and of compatible servers. */
const modelCodes =
  /^(model_(not_found|not_available|not_supported|decommissioned)|unknown_model|invalid_model|DeploymentNotFound)$/;
const deadModelWords =
  /\bmodels?[ /:].{0,300}?(does not exist|not found|deprecated|retired|no longer)|\bno endpoints found for|\bselected model\b/is;
/** In a bad request, which may be about anything. */
const unknownModelWords =
  /\bmodel\b.{0,200}?\b(does not exist|not exist|not found)\b|not a valid model\b|\bsupported (api )?model names\b|\binvalid model( name\b|:| ['"`])|\bmodel identifier is invalid\b|does not work with the specified model\b/i;
const badKeyWords = /\b(incorrect|invalid) api key\b|\bapi key not valid\b/i;
const contextCodes = new Set(['context_length_exceeded', 'exceed_context_size_error']);
const contextWords =
  /context[ _-]?(length|window|size)|maximum (context|model) length|(prompt|input) is too long/i;
/** Without a code, only these words are certain: a rate limit mentions a quota, too. */
const moneyWords = /exceeded your current quota.{0,300}?billing|insufficient (credit|balance|funds)/is;
export function classifyProviderError(
  reported: ProviderError,
  details: FailureDetails = {},
): ProviderFailure {
  const error = bounded(reported);
  const failureClass = classOf(error, details);
  const parameter = failureClass === 'unsupported-parameter' ? parameterOf(error) : undefined;
  return new ProviderFailure(failureClass, describe(error), {
    ...details,
    status: error.status,
    providerCode: error.code,
    parameter,
    hint: hintFor(failureClass, error),
  });
}

function bounded({ status, code, type, param, message }: ProviderError): ProviderError {
  const [shortCode, shortType, shortParam] = [code, type, param].map((name) => name && shortName(name));
  return { status, code: shortCode, type: shortType, param: shortParam, message: shortMessage(message) };
}

function classOf(error: ProviderError, { retryAfterMs }: FailureDetails): FailureClass {
  const { status, message } = error;
  const code = error.code ?? '';
  const type = error.type ?? '';
  const gone = (status === 404 || status === 410) && deadModelWords.test(message);
  if (modelCodes.test(code) || modelCodes.test(type) || gone) return 'model-not-found';
  if (status === 401 || code === 'invalid_api_key') return 'key-refused';
  const money = status === 402 || (status === 429 && retryAfterMs === undefined && moneyWords.test(message));
  if (money || quotaCodes.test(code) || quotaCodes.test(type)) return 'quota-exhausted';
  if (contextCodes.has(code) || contextCodes.has(type) || contextWords.test(message)) return 'context-length';
  if (contentCodes.test(code) || contentCodes.test(type)) return 'content-policy';
  if (status === 403) {
    if (/country|region|territory/i.test(`${code} ${message}`)) return 'region-refused';
    return /model/i.test(message) && /access/i.test(message) ? 'model-not-found' : 'key-refused';
  }
  if (status === 404 || status === 405 || status === 410 || status === 501) return 'wrong-endpoint';
  // A server that answers 200 to whatever it does not know.
  if (status === undefined && /\bunexpected endpoint\b/i.test(message)) return 'wrong-endpoint';
  if (status === 429 || code === 'rate_limit_exceeded') {
    return /request too large/i.test(message) ? 'request-over-rate-limit' : 'rate-limited';
  }
  if (status === 408 || status === 409 || status === 425 || status === 498) return 'server-error';
  if (status === 400 || status === 422) {
    if (parameterOf(error) !== undefined) return 'unsupported-parameter';
    // Compatible servers report this way what has a status of its own elsewhere.
    if (badKeyWords.test(message)) return 'key-refused';
    if (unknownModelWords.test(message)) return 'model-not-found';
    return /content policy|safety system|flagged/i.test(message) ? 'content-policy' : 'bad-request';
  }
  if (status !== undefined && status >= 300 && status < 400) return 'wrong-endpoint';
  if (status !== undefined && status >= 400 && status < 500) return 'bad-request';
  // Inside a stream, where an "unknown error: stream ended" names no parameter.
  const refused = error.param ?? unsupportedName(message);
  const isParameter = status === undefined && refused !== undefined && droppable(refused) !== undefined;
  return isParameter ? 'unsupported-parameter' : 'server-error';
}

function parameterOf({ param, message }: ProviderError): string | undefined {
  const refused = param === undefined ? undefined : droppable(param);
  if (refused !== undefined) return refused;
  // Compatible servers name the parameter only in the message.
  const named =
    /(?:unsupported|unknown|unrecognized|not supported)[^.]{0,300}?['"`](\w+(?:\.\w+)?)['"`]/i.exec(
      message,
    )?.[1] ??
    /(?:unsupported|unknown|unrecognized)[^.:]{0,300}: *(\w+(?:\.\w+)?)/i.exec(message)?.[1] ??
    // Servers that check requests against a schema.
    /extra[^{}]{0,300}"loc": *\["body", *"(\w+)"/i.exec(message)?.[1] ??
    unsupportedName(message);
  if (named !== undefined) return droppable(named);
  return /does not support (thinking|reasoning)\b/i.test(message) ? droppable('reasoning') : undefined;
}

const refusalWords = /\b(unexpected|unsupported|unknown|extra|not (supported|allowed|permitted|accepted))\b/i;

/** In whatever words. Only a name with an underscore is certain: others are words, too. */
function unsupportedName(message: string): string | undefined {
  if (!refusalWords.test(message)) return undefined;
  return message.match(/\w{1,100}/g)?.find((word) => word.includes('_') && droppable(word) !== undefined);
}

/** `top_p` is never sent, but a gateway may add it, and another model may take it. */
function droppable(name: string): string | undefined {
  return name === 'top_p' ? name : refusableName(name);
}

function describe({ status, code, message }: ProviderError): string {
  const words = shortMessage(message.replace(/[\s\p{Cc}]+/gu, ' ').trim(), 500) || 'no message';
  const label = [status, code].filter((part) => part !== undefined && part !== '').join(' ');
  return label === '' || words.startsWith(String(status)) ? words : `${label}: ${words}`;
}

function hintFor(failureClass: FailureClass, error: ProviderError): string | undefined {
  switch (failureClass) {
    case 'key-refused':
      return 'check OPENAI_API_KEY, its project and its permissions';
    case 'region-refused':
      return 'the provider does not serve this country or region';
    case 'quota-exhausted':
      return 'this is money, not rate: add credit or raise the spend limit in the billing settings';
    case 'wrong-endpoint':
      return `the server answered ${error.status ?? 'with an error'} to /responses: check OPENAI_BASE_URL (it ends in /v1) and that the server speaks the Responses API`;
    case 'context-length':
      return 'send less: fewer files, or line ranges (path:10-40)';
    case 'bad-request':
      return error.status === 413 ? 'send less: fewer files, or line ranges (path:10-40)' : undefined;
    case 'content-policy':
      return "the provider's policy refused the input; another wording may help, another model does not";
    default:
      return undefined;
  }
}
