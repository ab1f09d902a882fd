/** The service's errors for invalid requests, in its own wording. */

export interface ApiError {
  status: number;
  /** The body is `{ error }`. */
  error: { message: string; type: string; param: string | null; code: string | null };
}

/** Type `invalid_request_error`; defaults: status 400, code and parameter null. */
function refuse(
  message: string,
  { status = 400, code, param }: { status?: number; code?: string; param?: string } = {},
): ApiError {
  return {
    status,
    error: { message, type: 'invalid_request_error', param: param ?? null, code: code ?? null },
  };
}

export function unknownModel(model: string): ApiError {
  return refuse(`The model \`${model}\` does not exist or you do not have access to it.`, {
    status: 404,
    code: 'model_not_found',
  });
}

export function unknownUrl(method: string, path: string): ApiError {
  return refuse(`Invalid URL (${method} ${path})`, { status: 404 });
}

export const notJson = refuse(
  'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)',
);

export function missing(param: string): ApiError {
  return refuse(`Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' });
}

export function unknownParameter(param: string): ApiError {
  return refuse(`Unknown parameter: '${param}'.`, { param, code: 'unknown_parameter' });
}

/** `expected` and `got` include the article: `a string`, `an integer`. */
export function wrongType(param: string, expected: string, got: string): ApiError {
  return refuse(`Invalid type for '${param}': expected ${expected}, but got ${got} instead.`, {
    param,
    code: 'invalid_type',
  });
}

/** For these two parameters, the service returns the name but no code. */
export function unsupportedSampling(param: 'temperature' | 'top_p'): ApiError {
  return refuse(`Unsupported parameter: '${param}' is not supported with this model.`, { param });
}

export function unsupportedParameter(param: string): ApiError {
  return refuse(`Unsupported parameter: '${param}' is not supported with this model.`, {
    param,
    code: 'unsupported_parameter',
  });
}

export function unsupportedBreakpoint(param: string): ApiError {
  return refuse(`${param} is not supported on this model`, { param, code: 'invalid_parameter' });
}

/** A value that some models support, but not this one. */
export function unsupportedValue(
  param: string,
  value: string,
  model: string,
  supported: readonly string[],
): ApiError {
  return refuse(
    `Unsupported value: '${value}' is not supported with the '${model}' model. Supported values are: ${listed(supported)}.`,
    { param, code: 'unsupported_value' },
  );
}

/** A value that no model supports. */
export function invalidValue(param: string, value: string, supported: readonly string[]): ApiError {
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
): ApiError {
  const below = 'least' in bound;
  const limit = below ? `>= ${bound.least}` : `<= ${bound.most}`;
  return refuse(
    `Invalid '${param}': ${number} ${below ? 'below minimum' : 'above maximum'} value. Expected a value ${limit}, but got ${value} instead.`,
    { param, code: `${number}_${below ? 'below_min' : 'above_max'}_value` },
  );
}

export function stringTooLong(param: string, length: number, most: number): ApiError {
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
