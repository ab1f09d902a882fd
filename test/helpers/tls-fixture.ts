import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const path = (name: string) => resolve(import.meta.dirname, '../fixtures/tls', name);

/** Of no authority that anybody trusts; for localhost and the name orch.test. */
export const certificatePath = path('loopback-certificate.pem');

export const keyPath = path('loopback-key.pem');

/** For a server that speaks TLS. */
export const tlsFixture = {
  key: readFileSync(keyPath),
  cert: readFileSync(certificatePath),
};
