/** The secrets that the environment holds, for `redactor`. */
import { looksLikeName, urlSecrets } from '../config/base-url.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface Secrets {
  /** A message must not hold a part of one either. */
  certain: string[];
  /** Perhaps only a route or a tenant, of which parts occur in the names of models: redacted as a whole. */
  likely: string[];
}

/** A shorter one is hardly a secret, and would be found in the middle of words. */
const leastLength = 8;
/** Words and short numbers up to this length are a name. */
const longestName = 16;

export function secretsIn(variables: Variables): Secrets {
  const headers = [
    ...(variables.OPENAI_CUSTOM_HEADERS ?? '').split('\n').map((line) => readHeader(line, ':')),
    ...collectorNames('HEADERS').flatMap((name) => readCollectorHeaders(variables[name] ?? '')),
  ];
  const long = (values: string[]) => values.filter(({ length }) => length >= leastLength);
  return {
    certain: [
      ...long(
        headers.flatMap(({ value, isSecret }) => (isSecret ? [value, value.replace(/^\S+\s+/, '')] : [])),
      ),
      ...long([variables.ORCH_QDRANT_API_KEY?.trim() ?? '']),
      ...urlSecrets(variables.OPENAI_BASE_URL?.trim()),
      ...urlSecrets(variables.ORCH_QDRANT_URL?.trim()),
      ...urlSecrets(variables.OTEL_EXPORTER_OTLP_ENDPOINT?.trim()),
      ...['ORCH_BUDGET_URL', ...proxyVariables, ...collectorNames('ENDPOINT')].flatMap((name) =>
        proxySecrets(variables[name] ?? ''),
      ),
    ],
    likely: long(headers.flatMap(({ value, isSecret }) => (isSecret ? [] : [value]))).filter(
      (value) => value.length >= longestName || !looksLikeName(value),
    ),
  };
}

const secretName = /auth|key|token|secret|cookie|password|credential|signature/i;
const secretScheme = /^(bearer|basic|token|digest)\s+\S/i;

/** The openai package reads OPENAI_CUSTOM_HEADERS, one header per line. */
function readHeader(line: string, separator: string): { value: string; isSecret: boolean } {
  const end = line.indexOf(separator);
  const value = line.slice(end + 1).trim();
  return { value, isSecret: secretName.test(line.slice(0, Math.max(end, 0))) || secretScheme.test(value) };
}

function collectorNames(what: 'ENDPOINT' | 'HEADERS'): string[] {
  return ['', 'TRACES_', 'METRICS_'].map((signal) => `OTEL_EXPORTER_OTLP_${signal}${what}`);
}

/** The packages of OpenTelemetry read `name=value`, separated by commas, with values encoded as in a URL. */
function readCollectorHeaders(text: string): ReturnType<typeof readHeader>[] {
  return text.split(',').flatMap((pair) => [readHeader(pair, '='), readHeader(decoded(pair), '=')]);
}

const proxyVariables = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];

/** The password as it is written, as it is, and as it is sent. */
function proxySecrets(value: string): string[] {
  const text = value.trim();
  const whole = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(whole)) return [];
  const { username, password } = new URL(whole);
  if (password === '') return [];
  const plain = decoded(password);
  const bytes = new TextEncoder().encode(`${decoded(username)}:${plain}`);
  return [password, plain, btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
