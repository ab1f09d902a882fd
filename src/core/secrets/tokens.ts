/** Secrets that can be told by their form alone. */
import type { SecretSpan } from './redactions.ts';

const hex = '[0-9a-f]';
const word = '[A-Za-z0-9]';
const url = '[A-Za-z0-9_-]';

/** The kind, what it may begin with, and the rest of it. Those that begin with anything are tried everywhere. */
const rows: readonly (readonly [kind: string, beginnings: string, rest: string])[] = [
  // Clouds and servers
  ['aws', 'AKIA ASIA ABIA ACCA AROA AIDA AGPA AIPA ANPA ANVA', `[A-Z0-9]{16}(?!${word})`],
  ['aws', 'ABSK', `[A-Za-z0-9+/]{80,}={0,2}`],
  ['aws', 'amzn.mws.', `${hex}{8}-[0-9a-f-]{27}`],
  ['google', 'AIza', `${url}{35}(?!${url})`],
  ['google', 'ya29.', `[A-Za-z0-9_.-]{20,}`],
  ['google', 'GOCSPX-', `${url}{20,}`],
  ['google', '1//0', `${url}{40,}`],
  ['azure', '', `[A-Za-z0-9_~.]{3}\\dQ~[A-Za-z0-9_~.-]{31,34}`],
  [
    'azure',
    '',
    `[A-Za-z0-9+/]{76}(?:\\+ASt|AzCa|ACDb|\\+ABa|\\+AMC|\\+ARm|AzSe|\\+ACR)[A-Za-z0-9+/]{5}[AQgw]==`,
  ],
  ['azure', '', `[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}`],
  ['digitalocean', 'doo_v1_ dop_v1_ dor_v1_', `${hex}{64}`],
  ['alibaba', 'LTAI', `${word}{12,26}(?!${word})`],
  ['tencent', 'AKID', `${word}{32}(?!${word})`],
  ['yandex', 'AQVN', `${url}{35,38}(?!${url})`],
  ['heroku', 'HRKU-', `[A-Za-z0-9_-]{36,}`],
  ['fly', 'fm1 fm2', `[ar]?_[A-Za-z0-9+/=_-]{40,}`],
  ['fly', 'fo1_', `${url}{40,}`],
  ['planetscale', 'pscale_tkn_ pscale_pw_ pscale_oauth_', `[A-Za-z0-9=._-]{30,}`],
  ['databricks', 'dapi', `${hex}{32}(?:-\\d)?(?!${word})`],
  ['supabase', 'sbp_ sb_secret_', `${url}{30,}`],
  ['cloudflare', 'v1.0-', `${hex}{24}-${hex}{146}`],
  ['vercel', 'vca_ vcc_ vci_ vck_ vcp_ vcr_', `${word}{24,}`],
  ['netlify', 'nfp_ nfc_ nfo_ nfu_', `${word}{36,}`],
  ['scaleway', 'SCW', `[A-Z0-9]{17}(?!${word})`],
  ['pulumi', 'pul-', `${hex}{40}`],
  ['terraform', '', `${word}{14}\\.atlasv1\\.[A-Za-z0-9=_-]{60,}`],
  ['vault', 'hvs. hvb. hvr.', `${url}{20,}`],
  ['vault', 's.', `(?=[A-Za-z]*\\d)${word}{24}(?!${url})`],
  ['doppler', 'dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', `[A-Za-z0-9._-]{40,}`],
  ['tailscale', 'tskey-', `[a-z]{3,12}-${word}{8,}-?${word}*`],
  ['openshift', 'sha256~', `${url}{43}`],
  ['age', 'AGE-SECRET-KEY-1', `[0-9A-Z]{58}`],
  ['1password', 'A3-', `[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}`],
  ['1password', 'ops_eyJ', `[A-Za-z0-9+/=_-]{100,}`],
  ['infracost', 'ico-', `${word}{32}`],
  // Code hosting and packages
  ['github', 'ghp_ gho_ ghu_ ghs_ ghr_', `[A-Za-z0-9_]{30,255}`],
  ['github', 'github_pat_', `[A-Za-z0-9_]{36,255}`],
  [
    'gitlab',
    'glpat- gldt- glcbt- glptt- glft- glrt- glrtr- glsoat- glagent- glimt- gloas- glffct- glwt-',
    `[A-Za-z0-9_.=-]{18,}`,
  ],
  ['gitlab', 'GR1348941', `${url}{20,}`],
  ['gitlab', '_gitlab_session=', `${hex}{32}`],
  ['bitbucket', 'ATBB', `${word}{32}`],
  ['atlassian', 'ATATT3 ATCTT3', `[A-Za-z0-9_=-]{60,}`],
  ['npm', 'npm_', `${word}{30,}`],
  ['pypi', 'pypi-', `${url}{40,}`],
  ['rubygems', 'rubygems_', `${hex}{40,}`],
  ['crates', 'cio', `${word}{32}(?!${word})`],
  ['nuget', 'oy2', `[a-z0-9]{43}(?!${word})`],
  ['clojars', 'CLOJARS_', `[a-z0-9]{60}`],
  ['docker', 'dckr_pat_ dckr_oat_', `${url}{24,}`],
  ['jfrog', 'AKCp cmVmdGtu', `${word}{50,}`],
  ['artifactory', 'AKC', `[a-z]${word}{60,}`],
  ['circleci', 'CCIPAT_ CCIPRJ_', `${word}{10,}_${hex}{40}`],
  ['buildkite', 'bkua_', `${hex}{40}`],
  ['sonar', 'squ_ sqa_ sqp_', `${hex}{40}`],
  ['sourcegraph', 'sgp_ sgs_ sgd_', `(?:${word}{16}_|local_)?${word}{40}(?!${word})`],
  ['deno', 'ddp_ ddw_', `${word}{36}`],
  ['postman', 'PMAK-', `${hex}{24}-${hex}{34}`],
  ['snyk', 'snyk_', `[a-z]{2,4}_${url}{30,}`],
  ['harness', 'pat. sat.', `${url}{22}\\.${hex}{24}\\.${word}{20}`],
  ['prefect', 'pnu_ pnb_', `${word}{36}`],
  ['readme', 'rdme_', `[a-z0-9]{70}`],
  // Models
  ['anthropic', 'sk-ant-', `${url}{20,}`],
  [
    'openai',
    'sk-proj- sk-svcacct- sk-admin- sk-service- sk-None- sk-or-v1- sk-lf- sk-litellm- sk-aa-',
    `${url}{20,}`,
  ],
  ['openai', 'sk-', `(?=${url}{0,60}\\d)(?=${url}{0,60}[A-Z])${url}{32,}`],
  ['openai', 'sk-', `(?=[a-z]{0,60}\\d)[a-z0-9]{32,}(?!${word})`],
  ['openai', 'sess-', `${word}{40}`],
  ['hugging-face', 'hf_ api_org_', `${word}{30,}`],
  ['groq', 'gsk_', `${word}{40,}`],
  ['xai', 'xai-', `${word}{60,}`],
  ['perplexity', 'pplx-', `${word}{40,}`],
  ['replicate', 'r8_', `${word}{37,}`],
  ['langsmith', 'lsv2_pt_ lsv2_sk_', `${hex}{32}_${hex}{10}`],
  ['pinecone', 'pcsk_', `${word}+_${word}{40,}`],
  ['tavily', 'tvly-', `(?:dev-|prod-)?${word}{30,}`],
  // Messages
  ['slack', 'xoxa- xoxb- xoxc- xoxe- xoxo- xoxp- xoxr- xoxs-', `(?:\\d-)?[A-Za-z0-9-]{10,}`],
  ['slack', 'xoxe.xoxb- xoxe.xoxp-', `[A-Za-z0-9-]{20,}`],
  ['slack', 'xapp-', `\\d-[A-Za-z0-9-]{20,}`],
  ['slack', 'hooks.slack', `(?:-gov)?\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}`],
  ['discord', 'discord', `(?:app)?\\.com/api/(?:v\\d+/)?webhooks/\\d{15,22}/${url}{50,}`],
  ['discord', '', `[AMNO][A-Za-z0-9_-]{22,26}\\.${url}{6}\\.${url}{27,40}`],
  ['discord', 'mfa.', `${url}{80,}`],
  ['teams', 'webhook.office.com/webhookb2/', `[A-Za-z0-9@/-]{60,}`],
  ['telegram', '', `\\d{8,10}:A[A-Za-z0-9_-]{34}(?!${url})`],
  ['twilio', 'SK AC', `${hex}{32}(?!${word})`],
  ['sendgrid', 'SG.', `${url}{16,32}\\.${url}{32,64}`],
  ['sendinblue', 'xkeysib- xsmtpsib-', `${hex}{64}-${word}{16}`],
  ['mailgun', 'key- pubkey-', `${hex}{32}(?!${word})`],
  ['mailchimp', '', `${hex}{32}-us\\d{1,2}(?!${word})`],
  ['mailersend', 'mlsn.', `${hex}{64}`],
  ['resend', 're_', `${word}{8}_${word}{20,}`],
  // Money
  ['stripe', 'sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_', `${word}{10,}`],
  ['stripe', 'whsec_', `[A-Za-z0-9+/=]{24,}`],
  ['square', 'sq0atp- sq0csp- sq0idp-', `${url}{22,43}`],
  ['square', 'EAAA', `${url}{60}(?!${url})`],
  ['paypal', 'access_token$production$ access_token$sandbox$', `[a-z0-9]{16}\\$${hex}{32}`],
  ['plaid', 'access-sandbox- access-development- access-production-', `${hex}{8}-[0-9a-f-]{27}`],
  ['razorpay', 'rzp_live_ rzp_test_', `${word}{14,}`],
  ['mollie', 'live_ test_', `${word}{30}(?!${word})`],
  ['flutterwave', 'FLWSECK', `(?:_TEST)?-[A-Za-z0-9]{12,}`],
  ['shippo', 'shippo_live_ shippo_test_', `${hex}{40}`],
  ['easypost', 'EZAK EZTK', `${word}{54}`],
  ['adyen', 'AQE', `${url}{20,}(?:\\.${url}{10,}|[A-Za-z0-9+/=-]{40,})`],
  // Services
  ['shopify', 'shpat_ shpca_ shppa_ shpss_ shptka_ shpit_ shput_', `${word}{32,}`],
  ['linear', 'lin_api_ lin_oauth_', `${word}{32,}`],
  ['notion', 'secret_', `${word}{43}(?!${word})`],
  ['notion', 'ntn_', `${word}{40,}`],
  ['airtable', 'pat', `${word}{14}\\.${hex}{64}`],
  ['asana', '0/ 1/ 2/', `\\d{15,17}(?:/\\d{15,17})?:${hex}{32}`],
  ['figma', 'figd figu figo', `r?_${url}{40,}`],
  ['dropbox', 'sl.', `(?:u\\.)?${url}{120,}`],
  ['new-relic', 'NRAK- NRAA- NRIK- NRII- NRRA-', `[A-Za-z0-9-]{27,}`],
  ['new-relic', '', `${hex}{36}(?:FFFF)?NRAL`],
  ['grafana', 'glc_ glsa_', `[A-Za-z0-9+/_]{32,}={0,2}`],
  ['sentry', 'sntrys_ sntryu_', `[A-Za-z0-9+/=_-]{40,}`],
  ['dynatrace', 'dt0', `[a-z]\\d\\d\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}`],
  ['typeform', 'tfp_', `[A-Za-z0-9_.=-]{44,}`],
  ['contentful', 'CFPAT-', `${url}{40,}`],
  ['mapbox', 'sk.eyJ', `[A-Za-z0-9_-]{40,}\\.${url}{16,}`],
  ['facebook', 'EAAC EAAM EAAG EAAB', `[A-Za-z0-9]{60,}`],
  ['twitter', 'AAAAAAAAAA', `A*[A-Za-z0-9%]{70,}`],
  ['instagram', 'IGQV', `[A-Za-z0-9_-]{60,}`],
  ['duffel', 'duffel_test_ duffel_live_', `[A-Za-z0-9_=-]{40,}`],
  ['frameio', 'fio-u-', `[A-Za-z0-9_=-]{60,}`],
  ['zuplo', 'zpka_', `${word}{30,}`],
  ['maxmind', '', `${word}{6}_${word}{29}_mmk`],
  ['launchdarkly', 'sdk- api- mob-', `${hex}{8}-${hex}{4}-4${hex}{3}-[89ab]${hex}{3}-${hex}{12}`],
  ['octopus', 'API-', `[A-Z0-9]{25,}`],
  ['zoho', '1000.', `${hex}{32}\\.${hex}{32}`],
  ['webflow', 'wf', `p?_${word}{40,}`],
  // Forms that many use
  ['intra42', 's-s4t2ud- s-s4t2af-', `${hex}{64}`],
  ['jwt', 'eyJ', `${url}{14,}\\.ey${url}{14,}`],
  ['jwt', 'eyJ', `${url}{14,}\\.${url}{16,}\\.${url}{16,}(?:\\.${url}*\\.${url}*)?`],
  ['jwt', 'eyJ', `${url}{20,}\\.\\.${url}{8,}\\.${url}{8,}\\.${url}{8,}`],
];

interface Rule {
  kind: string;
  pattern: RegExp;
}

/** By the first two characters, since trying every rule at every place takes a hundred times as long. */
const byBeginning = new Map<string, Rule[]>();
const anywhere: Rule[] = [];
for (const [kind, beginnings, rest] of rows) {
  if (beginnings === '') anywhere.push({ kind, pattern: new RegExp(`(?<!${word})${rest}`, 'g') });
  for (const beginning of beginnings.split(' ').filter((each) => each !== '')) {
    const key = beginning.slice(0, 2);
    const literal = beginning.replace(/[.$/]/g, '\\$&');
    const rule = { kind, pattern: new RegExp(literal + rest, 'y') };
    byBeginning.set(key, [...(byBeginning.get(key) ?? []), rule]);
  }
}

/** Only in one of these can a token stand. */
const longRun = /[A-Za-z0-9_.+/=~%$:@-]{16,}/g;
const possibleStart = new RegExp(`(?<!${word})[A-Za-z0-9_]`, 'g');
/** Written by somebody who shows the form. Real ones are random. */
const invented = /your|x{5}|placeholder/i;

export function findTokens(text: string): SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const { index, 0: whole } of text.matchAll(longRun)) {
    if (!/\d|[A-Za-z]{18}/.test(whole)) continue;
    // The letter of an escaped line break is no part of the token behind it.
    const skipped = text[index - 1] === '\\' && /^[nrt]/.test(whole) ? 1 : 0;
    const run = whole.slice(skipped);
    const add = (kind: string, at: number, token: string) => {
      const start = index + skipped + at;
      if (!invented.test(token)) spans.push({ kind, start, end: start + token.length });
    };
    for (const { index: at } of run.matchAll(possibleStart)) {
      for (const { kind, pattern } of byBeginning.get(run.slice(at, at + 2)) ?? []) {
        pattern.lastIndex = at;
        const token = pattern.exec(run)?.[0];
        if (token !== undefined) add(kind, at, token);
      }
    }
    for (const { kind, pattern } of anywhere)
      for (const match of run.matchAll(pattern)) add(kind, match.index, match[0]);
  }
  return spans;
}
