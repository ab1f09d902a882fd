import { expect, it } from 'vitest';
import { findTokens } from '../../../src/core/secrets/tokens.ts';
import { seededRandom } from '../../bench/seeded-random.ts';

const lower = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const alphabets: Record<string, string> = {
  a: lower,
  d: digits,
  h: `${digits}abcdef`,
  l: lower + digits,
  A: lower.toUpperCase() + digits,
  w: lower + lower.toUpperCase() + digits,
  u: `${lower}${lower.toUpperCase()}${digits}-_`,
};

/**
 * The kind, what such a token may begin with, and what follows: `<h40>` stands for 40 characters of the alphabet `h`.
 * No token is written out, so that nobody's scanner takes the test for a leak.
 */
const forms = [
  'aws AKIA ASIA ABIA ACCA AROA AIDA AGPA AIPA ANPA ANVA <A16>',
  'aws ABSK <w80>',
  'aws amzn.mws. <h8>-<h27>',
  'google AIza <u35>',
  'google ya29. <w20>',
  'google GOCSPX- <u20>',
  'google 1//0 <u40>',
  'azure <w3><d1>Q~<w31>',
  'azure <w76>+ASt<w5>A==',
  'azure <w76>AZDO<w4>',
  'digitalocean doo_v1_ dop_v1_ dor_v1_ <h64>',
  'alibaba LTAI <w12>',
  'tencent AKID <w32>',
  'yandex AQVN <u35>',
  'heroku HRKU- <u36>',
  'fly fm1 fm2 _<w40>',
  'fly fo1_ <u40>',
  'planetscale pscale_tkn_ pscale_pw_ pscale_oauth_ <w43>',
  'databricks dapi <h32>',
  'supabase sbp_ sb_secret_ <u30>',
  'cloudflare v1.0- <h24>-<h146>',
  'vercel vca_ vcc_ vci_ vck_ vcp_ vcr_ <w24>',
  'netlify nfp_ nfc_ nfo_ nfu_ <w36>',
  'scaleway SCW <A17>',
  'pulumi pul- <h40>',
  'terraform <w14>.atlasv1.<w60>',
  'vault hvs. hvb. hvr. <u20>',
  'vault s. <w24>',
  'doppler dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit. <w40>',
  'tailscale tskey- <a4>-<w16>',
  'openshift sha256~ <u43>',
  'age AGE-SECRET-KEY-1 <A58>',
  '1password A3- <A6>-<A11>-<A5>-<A5>-<A5>',
  '1password ops_eyJ <w100>',
  'infracost ico- <w32>',
  'github ghp_ gho_ ghu_ ghs_ ghr_ <w30>',
  'github github_pat_ <w36>',
  'gitlab glpat- gldt- glcbt- glptt- glft- glrt- glrtr- glsoat- glagent- glimt- gloas- glffct- glwt- <w18>',
  'gitlab GR1348941 <u20>',
  'gitlab _gitlab_session= <h32>',
  'bitbucket ATBB <w32>',
  'atlassian ATATT3 ATCTT3 <w60>',
  'npm npm_ <w30>',
  'pypi pypi- <u40>',
  'rubygems rubygems_ <h40>',
  'crates cio <w32>',
  'nuget oy2 <l43>',
  'clojars CLOJARS_ <l60>',
  'docker dckr_pat_ dckr_oat_ <u24>',
  'jfrog AKCp cmVmdGtu <w50>',
  'artifactory AKC <a1><w60>',
  'circleci CCIPAT_ CCIPRJ_ <w22>_<h40>',
  'buildkite bkua_ <h40>',
  'sonar squ_ sqa_ sqp_ <h40>',
  'sourcegraph sgp_ sgs_ sgd_ <w40>',
  'deno ddp_ ddw_ <w36>',
  'postman PMAK- <h24>-<h34>',
  'snyk snyk_ <a2>_<u30>',
  'harness pat. sat. <u22>.<h24>.<w20>',
  'prefect pnu_ pnb_ <w36>',
  'readme rdme_ <l70>',
  'anthropic sk-ant- <u20>',
  'openai sk-proj- sk-svcacct- sk-admin- sk-service- sk-None- sk-or-v1- sk-lf- sk-litellm- sk-aa- <u20>',
  'openai sk- <u32>',
  'openai sk- <l32>',
  'openai sess- <w40>',
  'hugging-face hf_ api_org_ <w30>',
  'groq gsk_ <w40>',
  'xai xai- <w60>',
  'perplexity pplx- <w40>',
  'replicate r8_ <w37>',
  'langsmith lsv2_pt_ lsv2_sk_ <h32>_<h10>',
  'pinecone pcsk_ <w8>_<w40>',
  'tavily tvly- <w30>',
  'slack xoxa- xoxb- xoxc- xoxe- xoxo- xoxp- xoxr- xoxs- <d12>-<w24>',
  'slack xoxe.xoxb- xoxe.xoxp- <w20>',
  'slack xapp- <d1>-<w20>',
  'slack hooks.slack .com/services/<w20>',
  'discord discord .com/api/webhooks/<d15>/<u50>',
  'discord A<u22>.<u6>.<u27>',
  'discord mfa. <u80>',
  'teams webhook.office.com/webhookb2/ <w60>',
  'telegram <d8>:A<u34>',
  'twilio SK AC <h32>',
  'sendgrid SG. <u16>.<u32>',
  'sendinblue xkeysib- xsmtpsib- <h64>-<w16>',
  'mailgun key- pubkey- <h32>',
  'mailchimp <h32>-us<d1>',
  'mailersend mlsn. <h64>',
  'resend re_ <w8>_<w20>',
  'stripe sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ <w24>',
  'stripe whsec_ <w24>',
  'square sq0atp- sq0csp- sq0idp- <u22>',
  'square EAAA <u60>',
  'paypal access_token$production$ access_token$sandbox$ <l16>$<h32>',
  'plaid access-sandbox- access-development- access-production- <h8>-<h27>',
  'razorpay rzp_live_ rzp_test_ <w14>',
  'mollie live_ test_ <w30>',
  'flutterwave FLWSECK -<w12>',
  'shippo shippo_live_ shippo_test_ <h40>',
  'easypost EZAK EZTK <w54>',
  'adyen AQE <u20>.<u10>',
  'shopify shpat_ shpca_ shppa_ shpss_ shptka_ shpit_ shput_ <w32>',
  'linear lin_api_ lin_oauth_ <w32>',
  'notion secret_ <w43>',
  'notion ntn_ <w40>',
  'airtable pat <w14>.<h64>',
  'asana 0/ 1/ 2/ <d15>:<h32>',
  'figma figd figu figo _<u40>',
  'dropbox sl. <u120>',
  'new-relic NRAK- NRAA- NRIK- NRII- NRRA- <w27>',
  'new-relic <h36>NRAL',
  'grafana glc_ glsa_ <w32>',
  'sentry sntrys_ sntryu_ <w40>',
  'dynatrace dt0 <a1><d1><d1>.<A24>.<A64>',
  'typeform tfp_ <w44>',
  'contentful CFPAT- <u40>',
  'mapbox sk.eyJ <u40>.<u16>',
  'facebook EAAC EAAM EAAG EAAB <w60>',
  'twitter AAAAAAAAAA <w70>',
  'instagram IGQV <u60>',
  'duffel duffel_test_ duffel_live_ <w40>',
  'frameio fio-u- <w60>',
  'zuplo zpka_ <w30>',
  'maxmind <w6>_<w29>_mmk',
  'launchdarkly sdk- api- mob- <h8>-<h4>-4<h3>-8<h3>-<h12>',
  'octopus API- <A25>',
  'zoho 1000. <h32>.<h32>',
  'webflow wf _<w40>',
  'intra42 s-s4t2ud- s-s4t2af- <h64>',
  'jwt eyJ <u14>.ey<u14>',
  'jwt eyJ <u14>.<u16>.<u16>',
  'jwt eyJ <u20>..<u8>.<u8>.<u8>',
];

it('a token of every form and beginning is found in whole, as what it is', () => {
  const random = seededRandom(7);
  const missed: string[] = [];
  for (const [kind, ...parts] of forms.map((form) => form.split(' '))) {
    const rest = parts.pop()!;
    for (const beginning of parts.length === 0 ? [''] : parts) {
      const token = (beginning + rest).replace(/<([a-zA-Z])(\d+)>/g, (_, name: string, length: string) =>
        Array.from({ length: Number(length) }, () => {
          const alphabet = alphabets[name]!;
          return alphabet[Math.floor(random() * alphabet.length)];
        }).join(''),
      );
      const spans = findTokens(`x = "${token}";`).filter((span) => span.kind === kind);
      if (!spans.some(({ start, end }) => start === 5 && end === 5 + token.length)) {
        missed.push(`${kind} ${beginning}${rest}`);
      }
    }
  }
  expect(missed).toEqual([]);
});
