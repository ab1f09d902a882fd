/** The errors that the service gives to requests it does not take, in its own words. */

export interface Refusal {
  status: number;
  message: string;
  code: string | null;
  param: string | null;
  type: string;
}

type Facts = Partial<Pick<Refusal, 'status' | 'code' | 'param' | 'type'>>;

/** Status 400, type `invalid_request_error`, code and parameter null unless given. */
export function refuse(message: string, facts: Facts = {}): Refusal {
  return { status: 400, message, code: null, param: null, type: 'invalid_request_error', ...facts };
}

export function errorBody({ message, type, param, code }: Omit<Refusal, 'status'>): string {
  return JSON.stringify({ error: { message, type, param, code } }, null, 2);
}

export const missingKey = refuse(
  "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from https://platform.openai.com/account/api-keys.",
  { status: 401 },
);

/** The service repeats the ends of a key that it does not know; so does this. */
export function wrongKey(key: string): Refusal {
  const shown = key.length > 12 ? `${key.slice(0, 4)}****${key.slice(-4)}` : '****';
  return refuse(
    `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    { status: 401, code: 'invalid_api_key' },
  );
}

export function unknownModel(model: string): Refusal {
  return refuse(`The model \`${model}\` does not exist or you do not have access to it.`, {
    status: 404,
    code: 'model_not_found',
  });
}

export function unknownUrl(method: string, path: string): Refusal {
  return refuse(`Invalid URL (${method} ${path})`, { status: 404 });
}

export const notJson = refuse(
  'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)',
);

export function bodyTooLarge(limit: number): Refusal {
  return refuse(`Maximum content size limit (${limit}) exceeded`, { status: 413 });
}

export function missing(param: string): Refusal {
  return refuse(`Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' });
}

export function unknownParameter(param: string): Refusal {
  return refuse(`Unknown parameter: '${param}'.`, { param, code: 'unknown_parameter' });
}

/** `expected` and `got` with their article: `a string`, `an integer`. */
export function wrongType(param: string, expected: string, got: string): Refusal {
  return refuse(`Invalid type for '${param}': expected ${expected}, but got ${got} instead.`, {
    param,
    code: 'invalid_type',
  });
}

/** The service gives no code for these two parameters, only the name. */
export function unsupportedSampling(param: 'temperature' | 'top_p'): Refusal {
  return refuse(`Unsupported parameter: '${param}' is not supported with this model.`, { param });
}

export function unsupportedParameter(param: string): Refusal {
  return refuse(`Unsupported parameter: '${param}' is not supported with this model.`, {
    param,
    code: 'unsupported_parameter',
  });
}

/** A value that some models take and this one does not. */
export function unsupportedValue(
  param: string,
  value: string,
  model: string,
  supported: readonly string[],
): Refusal {
  return refuse(
    `Unsupported value: '${value}' is not supported with the '${model}' model. Supported values are: ${listed(supported)}.`,
    { param, code: 'unsupported_value' },
  );
}

/** A value that no model takes. */
export function invalidValue(param: string, value: string, supported: readonly string[]): Refusal {
  return refuse(`Invalid value: '${value}'. Supported values are: ${listed(supported)}.`, {
    param,
    code: 'invalid_value',
  });
}

export function outOfRange(
  param: string,
  number: 'integer' | 'decimal',
  value: number,
  bound: { least: number } | { most: number },
): Refusal {
  const below = 'least' in bound;
  const limit = below ? `>= ${bound.least}` : `<= ${bound.most}`;
  return refuse(
    `Invalid '${param}': ${number} ${below ? 'below minimum' : 'above maximum'} value. Expected a value ${limit}, but got ${value} instead.`,
    { param, code: `${number}_${below ? 'below_min' : 'above_max'}_value` },
  );
}

export function stringTooLong(param: string, length: number, most: number): Refusal {
  return refuse(
    `Invalid '${param}': string too long. Expected a string with maximum length ${most}, but got a string with length ${length} instead.`,
    { param, code: 'string_above_max_length' },
  );
}

export const windowExceeded = refuse(
  'Your input exceeds the context window of this model. Please adjust your input and try again.',
  { param: 'input', code: 'context_length_exceeded' },
);

function listed(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  if (quoted.length < 3) return quoted.join(' and ');
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
}
