/**
 * Whether a file's name says that it holds secrets. The one list for everything that picks files by itself (globs,
 * folders, search): such a file is read only if it is named exactly.
 */

/** Extensions of key stores and keys. Public keys end in `.pub`, so they are not among them. */
const keyFile =
  /\.(pem|key|p8|ppk|kdbx?|psafe3|asc|gpg|p12|pfx|pkcs12|jks|keystore|keyring|keychain|agilekeychain|keypair|keytab|ovpn|kubeconfig|tfvars|tfvars\.json|tfstate)$/;
const sshKey = /^(id_(rsa|dsa|ecdsa|ed25519).*|.*_(rsa|dsa|ecdsa|ed25519))$/;
const environmentFile = /^\.env.*$|\.env$|^env(\.(local|dev|development|test|staging|prod|production))?$/;
const data = '(json|ya?ml|toml|ini|env)';
/** Data, or no extension at all: `secrets.ts` and `credentials.py` are source code. */
const secretData = new RegExp(
  `^\\.?secrets?(\\.(.*\\.)?${data})?$|^(.*[-_.])?credentials?([-_][^.]*)?(\\.(.*\\.)?${data})?$|^(service[-_]?account|client[-_]secret).*\\.json$|[-_]key\\.json$|^(.*[-_.])?(tokens?|secrets?|passwords?|credentials?)\\.txt$`,
);
const wellKnown =
  /^([._]?netrc|\.?pgpass|pgpass\.conf|\.my\.cnf|\.?htpasswd|\.npmrc|\.yarnrc\.yml|\.pypirc|\.s3cfg|\.boto|\.dockercfg|\.vault-token|\.?git-credentials|kubeconfig(\.ya?ml)?|auth\.json|credentials\.xml|otr\.private_key)$/;
/** Names that say it only together with their folder. */
const inFolder = /(^|\/)(\.kube\/config|\.docker\/config\.json)$/;

/** What editors, people and tools add to the name of a copy. */
const copyEnd =
  /(~|[-_. ](bak|backup|old|orig|original|save|saved|sw[a-p]|tmp|temp|rej|copy|bkp)\d*|\.\d{1,14}|[-_.]\d{4}-\d\d-\d\d|#)$/;
const copyBeforeExtension =
  /( - copy| copy|[-_. ](bak|backup|old|orig|copy))?( \d+| ?\(\d+\))?(?=(\.[a-z0-9]+)*$)/;
const copyStart = /^(#|copy of |backup[-_. ]of )/;

/** `path`: with slashes or backslashes, relative or absolute. Upper and lower case are the same. */
export function isSecretName(path: string): boolean {
  const whole = path.replaceAll('\\', '/').toLowerCase();
  const name = whole.slice(whole.lastIndexOf('/') + 1);
  return namesOf(name).some((each) => isOriginal(each, whole.slice(0, whole.length - name.length) + each));
}

function isOriginal(name: string, path: string): boolean {
  if (wellKnown.test(name) || keyFile.test(name) || inFolder.test(path)) return true;
  if (sshKey.test(name)) return !name.endsWith('.pub');
  return (environmentFile.test(name) || secretData.test(name)) && !isTemplate(name);
}

/** Whether a file shows what such a file looks like, and is committed: `.env.example`. `name` is in lower case. */
export function isTemplate(name: string): boolean {
  return /\.(example|sample|template|dist)(\.|$)/.test(name);
}

/** The name, and those of the files that it may be a copy of. */
function namesOf(name: string): string[] {
  const found = [name];
  let rest = name.replace(copyStart, '');
  for (;;) {
    const shorter = rest.replace(copyEnd, '');
    if (shorter === rest || shorter === '') break;
    // Vim puts a dot in front of the name of its swap file.
    if (/\.sw[a-p]$/.test(rest) && shorter.startsWith('.')) found.push(shorter.slice(1));
    found.push(shorter);
    rest = shorter;
  }
  found.push(rest, rest.replace(copyBeforeExtension, ''));
  return found;
}
