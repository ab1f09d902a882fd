/** Secrets drawn at random, each in a file as people write them. */

export interface Planted {
  kind: string;
  secret: string;
  file: string;
}

type Random = () => number;
type Draw = (alphabet: string, length: number) => string;

const lower = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const hex = `${digits}abcdef`;
const alphanumeric = lower + lower.toUpperCase() + digits;
const base64 = `${alphanumeric}+/`;
const url = `${alphanumeric}-_`;
const upperDigits = lower.toUpperCase() + digits;
const password = `${alphanumeric}!#%*+^~`;

/** Where a value may stand: `NAME` and `VALUE` are replaced. */
const assignments = [
  'NAME=VALUE',
  'export NAME="VALUE"',
  "const config = { name: 'VALUE' };",
  'name: VALUE',
  '  name: "VALUE"',
  '{\n  "name": "VALUE",\n  "other": 1\n}',
  "name = 'VALUE'",
  'private static final String NAME = "VALUE";',
  'let name: &str = "VALUE";',
  'var name string = "VALUE"',
  'name := "VALUE"',
  'ENV NAME VALUE'.replace(' VALUE', '=VALUE'),
  '<name>VALUE</name>',
  'client.connect(name="VALUE", retries=3)',
  "$name = 'VALUE';",
  'run --name VALUE --verbose'.replace('name', 'flag'),
];
/** Where a secret that its form gives away may stand besides. */
const anywhere = [
  'fetch(url, { headers: { Authorization: `Bearer VALUE` } })',
  'console.log("using VALUE now")',
  '// TODO remove VALUE before the release',
  '2026-01-02T03:04:05Z INFO request with VALUE failed',
  "return ['VALUE', 'other'];",
];

interface Kind {
  names: string[];
  /** The form alone gives it away. */
  isTelling?: boolean;
  draw: (draw: Draw, random: Random) => string;
}

const kinds: Record<string, Kind> = {
  'aws access key id': {
    names: ['AWS_ACCESS_KEY_ID'],
    isTelling: true,
    draw: (d) => `AKIA${d(`${lower.toUpperCase()}234567`, 16)}`,
  },
  'aws secret access key': {
    names: ['AWS_SECRET_ACCESS_KEY', 'aws_secret_access_key', 'secretAccessKey'],
    draw: (d) => d(base64, 40),
  },
  github: {
    names: ['GITHUB_TOKEN'],
    isTelling: true,
    draw: (d, r) => `gh${'pousr'[Math.floor(r() * 5)]}_${d(alphanumeric, 36)}`,
  },
  'github fine-grained': {
    names: ['GH_TOKEN'],
    isTelling: true,
    draw: (d) => `github_${'pat'}_${d(alphanumeric, 22)}_${d(alphanumeric, 59)}`,
  },
  gitlab: { names: ['GITLAB_TOKEN'], isTelling: true, draw: (d) => `glp${'at'}-${d(url, 20)}` },
  slack: {
    names: ['SLACK_TOKEN'],
    isTelling: true,
    draw: (d) => `xox${'b'}-${d(digits, 12)}-${d(digits, 12)}-${d(alphanumeric, 24)}`,
  },
  'slack webhook': {
    names: ['SLACK_URL'],
    isTelling: true,
    draw: (d) =>
      `https://hooks.slack.${'com'}/services/T${d(upperDigits, 8)}/B${d(upperDigits, 8)}/${d(alphanumeric, 24)}`,
  },
  stripe: { names: ['STRIPE_KEY'], isTelling: true, draw: (d) => `sk_${'live'}_${d(alphanumeric, 24)}` },
  google: { names: ['GOOGLE_API_KEY'], isTelling: true, draw: (d) => `AI${'za'}${d(url, 35)}` },
  'azure storage': { names: ['AZURE_STORAGE_KEY', 'accountKey'], draw: (d) => `${d(base64, 86)}==` },
  openai: {
    names: ['OPENAI_API_KEY'],
    isTelling: true,
    draw: (d) => `sk-${'proj'}-${d(url, 74)}T3BlbkFJ${d(url, 74)}`,
  },
  'openai old': { names: ['OPENAI_API_KEY'], isTelling: true, draw: (d) => `sk-${d(alphanumeric, 48)}` },
  anthropic: {
    names: ['ANTHROPIC_API_KEY'],
    isTelling: true,
    draw: (d) => `sk-${'ant'}-api03-${d(url, 93)}AA`,
  },
  npm: {
    names: ['NPM_TOKEN', '//registry.npmjs.org/:_authToken'],
    isTelling: true,
    draw: (d) => `npm_${d(alphanumeric, 36)}`,
  },
  pypi: { names: ['PYPI_TOKEN'], isTelling: true, draw: (d) => `pypi-AgEIcHlwaS5vcmc${d(url, 70)}` },
  sendgrid: { names: ['SENDGRID_API_KEY'], isTelling: true, draw: (d) => `SG.${d(url, 22)}.${d(url, 43)}` },
  twilio: { names: ['TWILIO_API_KEY'], isTelling: true, draw: (d) => `SK${d(hex, 32)}` },
  'twilio auth token': { names: ['TWILIO_AUTH_TOKEN', 'authToken'], draw: (d) => d(hex, 32) },
  jwt: {
    names: ['SESSION_JWT'],
    isTelling: true,
    draw: (d) => `eyJhbGciOiJIUzI1NiJ9.eyJ${d(url, 60)}.${d(url, 43)}`,
  },
  vault: { names: ['VAULT_TOKEN'], isTelling: true, draw: (d) => `hvs.${d(url, 90)}` },
  digitalocean: { names: ['DO_TOKEN'], isTelling: true, draw: (d) => `dop_${'v1'}_${d(hex, 64)}` },
  'hugging face': {
    names: ['HF_TOKEN'],
    isTelling: true,
    draw: (d) => `hf_${d(lower + lower.toUpperCase(), 34)}`,
  },
  shopify: { names: ['SHOPIFY_TOKEN'], isTelling: true, draw: (d) => `shp${'at'}_${d(hex, 32)}` },
  linear: { names: ['LINEAR_API_KEY'], isTelling: true, draw: (d) => `lin_${'api'}_${d(alphanumeric, 40)}` },
  notion: { names: ['NOTION_TOKEN'], isTelling: true, draw: (d) => `ntn_${d(alphanumeric, 46)}` },
  telegram: {
    names: ['BOT_TOKEN'],
    isTelling: true,
    draw: (d) => `${d('123456789', 1)}${d(digits, 9)}:AA${d(url, 33)}`,
  },
  discord: {
    names: ['DISCORD_TOKEN'],
    isTelling: true,
    draw: (d) => `M${d(alphanumeric, 23)}.${d(url, 6)}.${d(url, 38)}`,
  },
  datadog: { names: ['DD_API_KEY', 'datadogApiKey'], draw: (d) => d(hex, 32) },
  cloudflare: { names: ['CLOUDFLARE_API_TOKEN'], draw: (d) => d(url, 40) },
  'heroku key': {
    names: ['HEROKU_API_KEY'],
    draw: (d) => `${d(hex, 8)}-${d(hex, 4)}-4${d(hex, 3)}-a${d(hex, 3)}-${d(hex, 12)}`,
  },
  'random secret': {
    names: ['CLIENT_SECRET', 'clientSecret', 'APP_SECRET', 'signing_key', 'encryptionKey'],
    draw: (d, r) => d(alphanumeric, 24 + Math.floor(r() * 24)),
  },
  password: {
    names: ['DB_PASSWORD', 'password', 'dbPassword', 'passwd'],
    draw: (d, r) => `${d(password, 11 + Math.floor(r() * 8))}7aB!`,
  },
};

const wholeFiles: Record<string, (draw: Draw, random: Random) => Omit<Planted, 'kind'>> = {
  'database url': (draw, random) => {
    const secret = draw(alphanumeric, 16);
    const scheme = ['postgres', 'mysql', 'mongodb+srv', 'redis', 'amqp', 'postgresql+asyncpg'][
      Math.floor(random() * 6)
    ];
    return { secret, file: `DATABASE_URL=${scheme}://app:${secret}@db.internal:5432/app?ssl=true\n` };
  },
  'basic authentication': (draw) => {
    const secret = draw(alphanumeric, 14);
    return { secret, file: `git clone https://deploy:${secret}@git.company.net/x.git\n` };
  },
  'azure connection string': (draw) => {
    const secret = `${draw(base64, 86)}==`;
    return {
      secret,
      file: `conn: "DefaultEndpointsProtocol=https;AccountName=store;AccountKey=${secret};EndpointSuffix=core.windows.net"\n`,
    };
  },
  'service account': (draw) => {
    const secret = draw(base64, 1600);
    const lines = secret.match(/.{1,64}/g)!.join('\\n');
    return {
      secret: secret.slice(0, 64),
      file: `{\n  "type": "service_account",\n  "private_key": "-----BEGIN ${'PRIVATE'} KEY-----\\n${lines}\\n-----END ${'PRIVATE'} KEY-----\\n"\n}\n`,
    };
  },
  'private key': (draw, random) => {
    const name = [
      'RSA PRIVATE KEY',
      'EC PRIVATE KEY',
      'OPENSSH PRIVATE KEY',
      'PRIVATE KEY',
      'PGP PRIVATE KEY BLOCK',
    ][Math.floor(random() * 5)];
    const secret = `-----BEGIN ${name}-----\n${draw(base64, 800)
      .match(/.{1,64}/g)!
      .join('\n')}\n-----END ${name}-----`;
    return { secret, file: `# the key of the server\n${secret}\n\nmore text\n` };
  },
  minified: (draw) => {
    const secret = `gh${'p'}_${draw(alphanumeric, 36)}`;
    const code = 'function a(b){return b+1}var c=a(2);'.repeat(120 + Number(draw(digits, 2)));
    return { secret, file: `${code}var t="${secret}";${code}\n` };
  },
  netrc: (draw) => {
    const secret = draw(alphanumeric, 18);
    return { secret, file: `machine api.company.net login bot password ${secret}\n` };
  },
};

export function* plantedSecrets(random: Random, perKind: number): Generator<Planted> {
  const draw: Draw = (alphabet, length) =>
    Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
  for (let round = 0; round < perKind; round++) {
    for (const [kind, { names, isTelling, draw: make }] of Object.entries(kinds)) {
      const secret = make(draw, random);
      const name = pick(names);
      const frame = pick(isTelling ? [...assignments, ...anywhere] : assignments);
      const line = frame
        .replace('flag', () => name.toLowerCase().replaceAll('_', '-'))
        .replace(/name/i, () => name)
        .replace('VALUE', () => secret);
      yield { kind, secret, file: `import x from 'y';\n\n${line}\n\nexport default x;\n` };
    }
    for (const [kind, make] of Object.entries(wholeFiles)) yield { kind, ...make(draw, random) };
  }
}
