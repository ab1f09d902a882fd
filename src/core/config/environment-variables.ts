/** What the environment may hold: `orch help environment`, the README's reference and `.env` are derived from it. */

export interface EnvironmentVariable {
  name: string;
  description: string;
  default: string;
  /**
   * What it may do in a `.env`, which a repository brings along: nothing, lower the user's own limit, or be set where
   * the user has not set it.
   */
  inDotEnv: 'ignore' | 'tighten' | 'accept';
}

/** Source of `orch help environment`, the README's reference and the names that `.env` may set. */
export const environmentVariables: readonly EnvironmentVariable[] = [
  {
    name: 'OPENAI_API_KEY',
    description: 'Your API key. Only needed to send requests.',
    default: 'none',
    inDotEnv: 'accept',
  },
  {
    name: 'OPENAI_BASE_URL',
    description: 'Base URL of a server that implements /v1/responses; ends in /v1.',
    default: 'the OpenAI API',
    inDotEnv: 'ignore',
  },
  {
    name: 'OPENAI_ORG_ID',
    description: 'Organisation to bill.',
    default: "the key's own",
    inDotEnv: 'accept',
  },
  {
    name: 'OPENAI_PROJECT_ID',
    description: 'Project to bill.',
    default: "the key's own",
    inDotEnv: 'accept',
  },
  {
    name: 'OPENAI_CUSTOM_HEADERS',
    description:
      'Headers to send with every request, such as a gateway asks for: "Name: value", one per line.',
    default: 'none',
    inDotEnv: 'ignore',
  },
  {
    name: 'HTTPS_PROXY',
    description:
      'HTTP proxy for https servers; HTTP_PROXY for http ones, and for https ones if this is unset. Never used for this machine itself.',
    default: 'none',
    inDotEnv: 'ignore',
  },
  {
    name: 'NO_PROXY',
    description: 'Hosts that are reached without the proxy, separated by commas.',
    default: 'none',
    inDotEnv: 'ignore',
  },
  {
    name: 'NODE_EXTRA_CA_CERTS',
    description: "File of certificates that Node trusts beside its own, such as a proxy's.",
    default: 'none',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_LOG_LEVEL',
    description:
      'silent, error, warn, info or debug. silent and error also hide progress, warnings and the summary; info and debug write one JSON line per call.',
    default: 'info under serve, warn in a terminal',
    inDotEnv: 'tighten',
  },
  {
    name: 'ORCH_LOG_FILE',
    description: 'Write log lines to this file instead of stderr.',
    default: 'stderr',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_MAX_INPUT_TOKENS',
    description: 'Maximum input per request, in tokens.',
    default: '32000',
    inDotEnv: 'tighten',
  },
  {
    name: 'ORCH_COST_ALERT_USD',
    description: 'A call that costs more than this carries an alert.',
    default: '2.00',
    inDotEnv: 'tighten',
  },
  {
    name: 'ORCH_MAX_COST_USD',
    description: 'A call whose worst-case cost is higher is not sent.',
    default: 'no limit',
    inDotEnv: 'tighten',
  },
  {
    name: 'ORCH_DAILY_BUDGET_USD',
    description: 'At most this is spent in a day of your time zone; 0: nothing.',
    default: 'no limit',
    inDotEnv: 'tighten',
  },
  {
    name: 'ORCH_WEEKLY_BUDGET_USD',
    description: 'The same for a week, from Monday.',
    default: 'no limit',
    inDotEnv: 'tighten',
  },
  {
    name: 'ORCH_MONTHLY_BUDGET_USD',
    description: 'The same for a calendar month.',
    default: 'no limit',
    inDotEnv: 'tighten',
  },
  {
    name: 'ORCH_BUDGET_URL',
    description:
      'Redis or Valkey server where budgets are counted, for several machines: rediss://user:password@host:port/0, or redis:// on this machine.',
    default: 'budgets are counted on this machine',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_CONF',
    description: "Folder of configuration files, used instead of the project's .orch/.",
    default: '.orch/',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_USAGE_CSV',
    description: 'Path of the usage CSV; off disables it.',
    default: 'one ledger per user',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_ROOTS',
    description: 'Additional folders that files may be read from, separated as in PATH.',
    default: 'the working directory and the repository around it',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_INDEX_DIR',
    description: 'Folder for the indexes that orch search makes; off keeps them in memory.',
    default: '~/.cache/orch/index',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_PROJECT',
    description: 'Project name for the usage record.',
    default: 'none',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_REHEARSE',
    description: '1: use the built-in rehearsal server; no key needed, nothing spent.',
    default: 'off',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_OTEL',
    description:
      '1: send a span and metrics per call to an OpenTelemetry collector. Reads the standard OTEL_ variables, which alone turn nothing on.',
    default: 'off',
    inDotEnv: 'ignore',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    description: 'URL of the collector, with ORCH_OTEL=1.',
    default: 'http://localhost:4318',
    inDotEnv: 'ignore',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_HEADERS',
    description: 'Headers for the collector, such as its key: name=value, separated by commas.',
    default: 'none',
    inDotEnv: 'ignore',
  },
  {
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    description: 'http/protobuf or http/json.',
    default: 'http/protobuf',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_QDRANT_URL',
    description:
      'Qdrant server that searches instead of the built-in index: https://, or http:// on this machine.',
    default: 'the built-in index',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_QDRANT_API_KEY',
    description: 'Its API key.',
    default: 'none',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_REDACT',
    description: 'off: send secrets in files and instructions as they are, instead of placeholders.',
    default: 'on',
    inDotEnv: 'ignore',
  },
  {
    name: 'ORCH_STDIN',
    description: 'off: do not read standard input (like --no-stdin); for callers that leave a pipe open.',
    default: 'on',
    inDotEnv: 'ignore',
  },
];

/** Names that a `.env` may set. */
export const dotEnvVariables: readonly string[] = environmentVariables
  .filter(({ inDotEnv }) => inDotEnv !== 'ignore')
  .map(({ name }) => name);
