import { describe, expect, it } from 'vitest';
import { scan } from '../../../src/adapters/secrets/scan.ts';
import { secretScanner } from '../../../src/adapters/secrets/secret-scanner.ts';
import { findSecrets } from '../../../src/core/secrets/find-secrets.ts';
import { boundLines } from '../../../src/core/secrets/long-lines.ts';
import { mayHoldSecrets } from '../../../src/core/secrets/may-hold-secrets.ts';
import { ownSecrets } from '../../../src/core/secrets/own-secrets.ts';
import { findPrivateKeys } from '../../../src/core/secrets/private-keys.ts';
import { Redactions } from '../../../src/core/secrets/redactions.ts';
import { plantedSecrets } from '../../bench/secrets/planted.ts';
import { seededRandom } from '../../bench/seeded-random.ts';
import { expectLinear } from '../../helpers/linear.ts';

const scanner = secretScanner([]);
async function redact(text: string, with_ = scanner): Promise<string> {
  return new Redactions().redact(text, await with_.find(text)).text;
}
/** Joined here, so that nobody's scanner takes the test for a leak. */
const github = `gh${'p'}_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3rU6'}`;

describe('a secret', () => {
  it.each([...plantedSecrets(seededRandom(11), 2)].map((planted) => [planted.kind, planted]))(
    'is found: %s',
    async (_, { secret, file }) => {
      const redacted = await redact(file);
      for (const line of secret.split('\n')) expect(redacted).not.toContain(line);
      expect(redacted.split('\n')).toHaveLength(file.split('\n').length);
    },
  );

  it.each([
    ['a name', `token := "${github}"`, 'token := "‹redacted:github:1›"'],
    ['an escaped line break', `"first\\n${github}\\nlast"`, '"first\\n‹redacted:github:1›\\nlast"'],
    [
      'a comment that turns rules off',
      // One that only the library knows.
      '// secretlint-disable\nhttps://user:secret@company.net/x',
      '// secretlint-disable\n‹redacted:basicauth:1›/x',
    ],
    [
      'the quote of a URL',
      'open("postgres://ann:Pa55word@db/x", pool=5)',
      'open("\u2039redacted:database-connection-string:1\u203a", pool=5)',
    ],
  ])('is found behind %s, and no more than it is redacted', async (_, text, redacted) => {
    expect(await redact(text)).toBe(redacted);
  });

  const random = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3rU6-_Zy';

  it.each([
    [`{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3","d":"${random}"}`],
    [`{ kty: 'oct', k: '${random}' }`],
    [JSON.stringify(`{"kty":"RSA","dp": "${random}", "qi":"${random}"}`)],
  ])('is found in a JSON Web Key: %s', async (text) => {
    const redacted = await redact(text);
    expect(redacted).not.toContain(random);
    expect(redacted).toContain('kty');
  });

  it('is found in a private key of several strings with comments between them', async () => {
    const mark = (end: string) => `-----${end} ${'PRIVATE'} KEY-----`;
    const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'.repeat(2);
    const text = `[\n  "${mark('BEGIN')}",\n  // the first part (of two);\n  "${body}", // one\n  "${body}",\n  "${mark('END')}",\n]`;
    expect(await redact(text)).not.toContain(body);
  });

  it('is found wherever it stands in a line of 20,000 characters, across cuts as well', async () => {
    for (let at = 0; at < 20_000; at += 611) {
      const code = 'var a=b(c);'.repeat(2000);
      const text = `first\n${code.slice(0, at)}"${github}"${code.slice(at)}\nlast`;
      expect(await redact(text)).toBe(text.replace(github, '‹redacted:github:1›'));
    }
  });

  it('is found in whole where it is longer than the overlap of the cuts', async () => {
    const token = `eyJ${'aB3dE6gH9'.repeat(20)}.eyJ${'aB3dE6gH9'.repeat(600)}.${'aB3dE6gH9'.repeat(10)}`;
    expect(await redact(`${'x=1;'.repeat(800)}"${token}";`)).toBe(`${'x=1;'.repeat(800)}"‹redacted:jwt:1›";`);
  });

  it.each(['RSA PRIVATE', 'EC PRIVATE', 'OPENSSH PRIVATE', 'ENCRYPTED PRIVATE', 'PRIVATE'])(
    'is a private key in whole, with or without its end: %s',
    async (name) => {
      const body = Array.from({ length: 5 }, (_, at) => `${'MIIEvQIBADANBgkq'.repeat(4)}${at}`).join('\n');
      const key = `-----BEGIN ${name} KEY-----\n${body}\n-----END ${name} KEY-----`;
      const lines = (await redact(`before\n${key}\nafter`)).split('\n');
      expect(lines.slice(1, -1).every((line) => /^‹redacted:private-key:\d›$/.test(line))).toBe(true);
      expect([lines.length, lines[0], lines.at(-1)]).toEqual([9, 'before', 'after']);
      expect(await redact(`${key.slice(0, key.lastIndexOf('\n'))}\n\nconst after = 1;`)).not.toContain(
        'MIIE',
      );
    },
  );
});

describe('a password that somebody made up', () => {
  it.each([
    'DB_PASSWORD=Winter2024',
    'password: Winter2024',
    "password = 'Winter2024'",
    'const dbPassword = "Tr0ub4dor&3";',
    'spring.datasource.password=Tr0ub4dor&3',
    'Server=db;User Id=app;Password=Winter2024!;Encrypt=true',
    'curl -u admin:Winter2024 https://api.company.net',
    'redis://:Winter2024@cache:6379/0',
    'machine api.company.net login me password geheim',
    'db.company.net:5432:app:me:geheim',
  ])('is found: %s', async (text) => {
    expect(await redact(text)).not.toMatch(/Winter2024|Tr0ub4dor|geheim/);
    expect(await redact(text)).toContain('redacted');
  });
});

describe('no secret', () => {
  it.each([
    'const token = await readToken(request);',
    'password: string;',
    'export const apiKey = process.env.OPENAI_API_KEY;',
    "const secret = 'change-me';",
    'PASSWORD=$DB_PASSWORD_2',
    'api_key: <your api key>',
    'const key = `file-1`;',
    '"integrity": "sha512-aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3rU6aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xL3rU6aB3dE6gH9jK2mN5pQ8sT1g=="',
    'commit 3f2a9c1d4b5e6f708192a3b4c5d6e7f801234567',
    'id: 123e4567-e89b-12d3-a456-426614174000',
    'if (text.startsWith("-----BEGIN PRIVATE KEY-----")) return parse(text);',
    'const tokenizer = new Tokenizer({ maxTokens: 4096, keyName: "getElementsByTagName2" });',
    'http://localhost:8080/path and https://user@example.com/x',
    "const secretName = 'aB3dE6gH9jK2mN5pQ8sT1vW4', tokenId = 'aB3dE6gH9jK2mN5pQ8sT1vW5';",
    "public_key = 'aB3dE6gH9jK2mN5pQ8sT1vW4'",
    'import { keyboardEventHandler3 as handler } from "./keyboard-events.ts";',
  ])('is %s', async (text) => {
    expect(await redact(text)).toBe(text);
  });
});

describe("the user's own secrets", () => {
  const own = `sk-${'proj'}-my0wnKeyOf2026withoutForm`;

  it('are found whatever they look like, and a key without its prefix as well', async () => {
    const variables = {
      OPENAI_API_KEY: own,
      DEPLOY_PASSWORD: 'correct7horse8battery',
      PATH: '/usr/bin0123456',
    };
    const redacted = await redact(
      `a ${own} b ${own.slice(8)} c correct7horse8battery d /usr/bin0123456`,
      secretScanner(ownSecrets(variables)),
    );
    expect(redacted).toBe(
      'a ‹redacted:own-key:1› b ‹redacted:own-key:2› c ‹redacted:own-key:3› d /usr/bin0123456',
    );
  });

  it('are not paths, words or numbers, even where the name of the variable says so', () => {
    const variables = {
      SSH_AUTH_SOCK: '/tmp/ssh-123456/agent.1',
      TOKEN_FILE: 'C:\\secrets\\token1.txt',
      API_KEY: 'placeholder',
      PASSWORD: '123456789012',
      SECRET_NAME: 'production-db-1',
      SECRET: 'two words 123',
      OPENAI_API_KEY: undefined,
    };
    expect(ownSecrets(variables)).toEqual([]);
  });
});

describe('what it costs', () => {
  it('is nothing for a text without a sign of a secret', () => {
    const prose = 'Rewrite the function so that it handles an empty list, and explain why. '.repeat(20);
    expect(mayHoldSecrets(prose)).toBe(false);
    expect(mayHoldSecrets(`${prose}${github}`)).toBe(true);
  });

  it.each([
    ['sk-'],
    ['eyJ.'],
    ['eyJaaaaaaaaaaaaaa.'],
    ['password='],
    ['token:'],
    ['key"'],
    ['://a:b'],
    ['://a:'],
    ['a:b@'],
    ['-----BEGIN PRIVATE KEY-----'],
    [`-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n`],
    ['AKIA'],
    ['A1b2C3d4'],
    ['user x password '],
    ['\n'],
    ['a '],
    ['$1$'],
  ])('grows with the length: %j', async (part) => {
    const make = (size: number) => {
      const text = part.repeat(size);
      return () => {
        mayHoldSecrets(text);
        findPrivateKeys(text);
        findSecrets(boundLines(text).text);
      };
    };
    await expectLinear(make, 500);
  });

  it('grows with the length for the rules of the library as well', async () => {
    await expectLinear((size) => {
      const text = 'postgres://a:b@c xoxb-1-a https://u:p@h.io '.repeat(size);
      return () => scan(text);
    }, 2000);
  });
});
