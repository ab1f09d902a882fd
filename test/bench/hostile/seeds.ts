/** Secrets of many kinds, made at run time so that nothing that looks like one stands in the repository. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';

const alphabets = {
  alnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  hex: '0123456789abcdef',
  digits: '0123456789',
};

function chars(length: number, alphabet: keyof typeof alphabets = 'alnum'): string {
  const from = alphabets[alphabet];
  return Array.from(randomBytes(length), (byte) => from[byte % from.length]).join('');
}

export interface Seed {
  kind: string;
  /** As it stands in a source file. */
  line: string;
  /** The part that must not be sent. */
  secret: string;
}

const kinds: Record<string, () => Omit<Seed, 'kind'>> = {
  'aws-access-key': () => secretIn(`AKIA${chars(16, 'upper')}`, (s) => `aws_access_key_id = "${s}"`),
  'aws-secret': () => secretIn(chars(40), (s) => `AWS_SECRET_ACCESS_KEY = "${s}"`),
  'github-pat': () => secretIn(`ghp_${chars(36)}`, (s) => `const token = "${s}";`),
  'github-fine': () => secretIn(`github_pat_${chars(22)}_${chars(59)}`, (s) => `token: ${s}`),
  'gitlab-pat': () => secretIn(`glpat-${chars(20)}`, (s) => `GITLAB_TOKEN="${s}"`),
  'slack-bot': () =>
    secretIn(`xoxb-${chars(12, 'digits')}-${chars(12, 'digits')}-${chars(24)}`, (s) => `slack("${s}")`),
  'slack-webhook': () =>
    secretIn(
      `https://hooks.slack.com/services/T${chars(8, 'upper')}/B${chars(10, 'upper')}/${chars(24)}`,
      (s) => `const hook = '${s}';`,
    ),
  'stripe-live': () => secretIn(`sk_live_${chars(24)}`, (s) => `stripe.key = '${s}'`),
  openai: () => secretIn(`sk-proj-${chars(58)}T3BlbkFJ${chars(58)}`, (s) => `OPENAI_API_KEY=${s}`),
  'openai-old': () => secretIn(`sk-${chars(20)}T3BlbkFJ${chars(20)}`, (s) => `apiKey: "${s}",`),
  anthropic: () => secretIn(`sk-ant-api03-${chars(93)}AA`, (s) => `ANTHROPIC_API_KEY="${s}"`),
  npm: () => secretIn(`npm_${chars(36)}`, (s) => `//registry.npmjs.org/:_authToken=${s}`),
  sendgrid: () => secretIn(`SG.${chars(22)}.${chars(43)}`, (s) => `sg.setApiKey("${s}")`),
  google: () => secretIn(`AIza${chars(35)}`, (s) => `const maps = "${s}";`),
  shopify: () => secretIn(`shpat_${chars(32, 'hex')}`, (s) => `shopify = "${s}"`),
  linear: () => secretIn(`lin_api_${chars(40)}`, (s) => `linear = "${s}"`),
  huggingface: () => secretIn(`hf_${chars(34)}`, (s) => `login("${s}")`),
  docker: () => secretIn(`dckr_pat_${chars(27)}`, (s) => `password: "${s}"`),
  grafana: () => secretIn(`glsa_${chars(32)}_${chars(8, 'hex')}`, (s) => `grafana = "${s}"`),
  'postgres-url': () => passwordIn((p) => `const db = "postgresql://app:${p}@db.internal.corp:5432/app";`),
  'mysql-url': () => passwordIn((p) => `db = "mysql://root:${p}@mysql.internal.corp:3306/shop"`),
  'mongodb-url': () => passwordIn((p) => `uri: "mongodb+srv://svc:${p}@cluster0.abcde.mongodb.net/x"`),
  'basic-auth': () => passwordIn((p) => `fetch("https://deploy:${p}@git.internal.corp/repo.git")`),
  'private-key': () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 1024,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    return { line: `const pem = \`${privateKey}\`;`, secret: privateKey.split('\n')[3]! };
  },
  'private-key-escaped': () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'prime256v1',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    return { line: JSON.stringify({ private_key: privateKey }), secret: privateKey.split('\n')[1]! };
  },
};

export const seedKinds = Object.keys(kinds);

export function seed(kind: string): Seed {
  return { kind, ...kinds[kind]!() };
}

function secretIn(secret: string, line: (secret: string) => string): Omit<Seed, 'kind'> {
  return { secret, line: line(secret) };
}

function passwordIn(line: (password: string) => string): Omit<Seed, 'kind'> {
  return secretIn(chars(20), line);
}
