/** What the network layer's error codes mean, in words. */

const words: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  UND_ERR_SOCKET: 'connection closed',
  HPE_INVALID_EOF_STATE: 'connection closed',
  ETIMEDOUT: 'connection timed out',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate: name its authority in NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate: name its authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate cannot be verified: name its authority in NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate cannot be verified: name its authority in NODE_EXTRA_CA_CERTS',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
};

export function connectionWords(code: string | undefined): string | undefined {
  return code !== undefined && Object.hasOwn(words, code) ? words[code] : code;
}

export function isCertificateError(code: string | undefined): boolean {
  return code !== undefined && /CERT|UNABLE_TO_|ERR_TLS_/.test(code);
}

/** The other end is not a server of this protocol. An end in the middle of the headers is a lost connection. */
export function foreignProtocol(code: string | undefined): 'HTTP' | 'TLS' | undefined {
  if (code === undefined || code === 'HPE_INVALID_EOF_STATE') return undefined;
  if (/^(HPE_|UND_ERR_HEADERS_OVERFLOW)/.test(code)) return 'HTTP';
  return /^(ERR_SSL_|EPROTO$)/.test(code) ? 'TLS' : undefined;
}

export function isTimeout(code: string | undefined): boolean {
  return code === 'ETIMEDOUT' || /^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$/.test(code ?? '');
}

/** Errors wrap one another; where several addresses were tried, the first one's error counts. */
export function errorCode(error: unknown): string | undefined {
  let here: unknown = error;
  for (let depth = 0; depth < 8 && here instanceof Error; depth++) {
    const { code, name } = here as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
    // undici's parser gives no code where an answer does not begin as HTTP does.
    if (name === 'HTTPParserError') return 'HPE_INVALID_CONSTANT';
    if (here instanceof AggregateError && here.errors[0] instanceof Error) here = here.errors[0];
    else here = here.cause;
  }
  return undefined;
}
