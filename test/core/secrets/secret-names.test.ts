import { describe, expect, it } from 'vitest';
import { isSecretName } from '../../../src/core/secrets/secret-names.ts';
import { expectLinear } from '../../helpers/linear.ts';

describe('the names of files with secrets', () => {
  it.each([
    ...['.env', '.env.local', '.env.production', 'config/.env', '.envrc', 'prod.env', '.env-staging'],
    ...[
      'secrets.json',
      'secrets.yaml',
      'secrets.yml',
      'secrets.toml',
      'secrets.ini',
      'secrets.env',
      'secrets',
    ],
    ...[
      'secrets.prod.yaml',
      '.aws/credentials',
      'credentials.json',
      'credentials-prod.yml',
      '.credentials.json',
    ],
    ...['application_default_credentials.json', 'credentials.production.toml'],
    ...['prod.tfvars', 'prod.auto.tfvars.json', 'terraform.tfstate', 'terraform.tfstate.backup'],
    ...['a.pem', 'monkey.key', 'a.ppk', 'a.kdbx', 'a.asc', 'a.gpg', 'a.p12', 'a.pfx', 'a.jks', 'a.keystore'],
    ...['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'id_ed25519_work', 'id_rsa.old', 'deploy_rsa'],
    ...['gcp-key.json', 'deploy_key.json', 'token.txt', 'tokens.txt', 'secret.txt', 'secrets.txt'],
    ...['password.txt', 'db-passwords.txt', 'credentials.txt', 'env', 'env.local', 'env.production'],
    ...['.netrc', '_netrc', '.pgpass', '.htpasswd', '.npmrc', '.yarnrc.yml', '.pypirc', '.git-credentials'],
    ...['kubeconfig', 'kubeconfig.yaml', 'dev.kubeconfig', '.kube/config', '.docker/config.json'],
    ...[
      '.vault-token',
      'auth.json',
      'htpasswd',
      'credentials.xml',
      'service-account.json',
      'service-account-prod.json',
      'serviceAccountKey.json',
    ],
  ])('%s', (name) => {
    expect(isSecretName(name)).toBe(true);
    expect(isSecretName(`/some/where/${name}`)).toBe(true);
    expect(isSecretName(`C:\\some\\where\\${name.toUpperCase()}`)).toBe(true);
  });

  it.each([
    ...[
      '.env~',
      '.env.bak',
      '.env.old',
      '.env.orig',
      '.env.save',
      '.env.swp',
      '.env.1',
      '.env copy',
      '.npmrc.bak',
    ],
    ...[
      'id_rsa.bak',
      '.id_rsa.swp',
      '..env.swp',
      'server.key.bak',
      'server.key~',
      'server.pem.2',
      'prod.env.old',
    ],
    ...[
      'secrets.json.bak',
      'secrets copy.json',
      'secrets copy 2.json',
      'secrets (1).json',
      'secrets - Copy.json',
    ],
    ...[
      'Copy of secrets.json',
      'auth.json.orig',
      'auth.bak.json',
      '.netrc.2024-01-31',
      '#.netrc#',
      'a.key_old',
    ],
    ...['kubeconfig.bak', '.htpasswd.1.bak', '.pgpass.save', '.vault-token~', 'terraform.tfvars.bak'],
  ])('a copy: %s', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each([
    ...[
      '.env.example',
      '.env.sample',
      '.env.template',
      '.env.dist',
      '.env.local.example',
      '.env.example.bak',
    ],
    ...['secrets.example.yaml', 'credentials.sample.json', 'id_rsa.pub', 'id_ed25519.pub'],
    ...['secrets.ts', 'secrets.test.ts', 'secrets.py', 'credentials.py', 'credentials.go', 'Credentials.tsx'],
    ...[
      'tokens.ts',
      'keyboard.ts',
      'environment.ts',
      'env.ts',
      'env.d.ts',
      'key.ts',
      'keys.json',
      'monkey.ts',
    ],
    ...['auth.ts', 'auth.schema.json', 'config.json', 'config', 'package.json', 'tsconfig.json', 'README.md'],
    ...['secrets/index.ts', 'credentials/README.md', '.env/readme.md', 'id.ts', 'rsa.ts', 'secretary.yaml'],
    ...['service.json', 'account.json', 'x.key.ts', 'pem.ts', 'old', 'copy.json', '1', '~', '', '.bak'],
  ])('not %s', (name) => {
    expect(isSecretName(name)).toBe(false);
  });

  it('takes time in proportion to the length', async () => {
    const make = (size: number) => () => {
      for (const part of ['.bak', 'secrets.', 'credentials-', ' copy', '(1', '-', '_rsa', '.1', 'a.'])
        isSecretName(part.repeat(size));
    };
    await expectLinear(make, 30);
  });
});
