/**
 * Refactors a real file of this repository in rehearsal mode: route, stream, patch, check with git, ledger, usage
 * table. Works on a copy: the checkout does not change, and nothing is sent anywhere.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));
const orch = join(repository, 'bin', 'orch.js');
const source = 'src/core/text/did-you-mean.ts';
const folder = mkdtempSync(join(tmpdir(), 'orch-demo-'));
mkdirSync(dirname(join(folder, source)), { recursive: true });
cpSync(join(repository, source), join(folder, source));

const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(ORCH_|OPENAI_)/.test(name)),
);
const env = { ...environment, ORCH_REHEARSE: '1', ORCH_USAGE_CSV: join(folder, 'logs', 'usage.csv') };

function step(title, args, capture = false) {
  console.log(
    `\n\u2500\u2500 ${title}\n$ orch ${args.map((arg) => (/[\s"]/.test(arg) ? `"${arg}"` : arg)).join(' ')}`,
  );
  const child = spawnSync(process.execPath, [orch, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
  });
  if (child.status !== 0) throw new Error(`orch exited with ${child.status}`);
  return child.stdout ?? '';
}

try {
  const task = ['refactor', 'give the best distance a clearer name', '--file', source];
  step('Which model, and why? Decided offline, before anything is spent.', ['route', '--explain', ...task]);
  const patch = step(
    'Now the refactoring: the answer streams in, and orch turns it into a patch.',
    ['run', ...task, '--stream'],
    true,
  );
  console.log(`\n${patch}`);

  console.log('\u2500\u2500 Does it apply?\n$ git apply --check');
  const patchFile = join(folder, 'demo.patch');
  writeFileSync(patchFile, patch);
  const git = spawnSync('git', ['apply', '--check', '-v', patchFile], { cwd: folder, encoding: 'utf8' });
  if (git.error) console.log('git is not installed: orch checked the patch itself');
  else if (git.status !== 0) throw new Error(`git rejects the patch: ${git.stderr}`);
  else console.log(`${git.stderr.trim()}\nyes`);

  if (!existsSync(env.ORCH_USAGE_CSV)) throw new Error('the ledger was not written');
  step('What did it use? From the ledger.', ['usage', 'report', '--by', 'model,task']);
  console.log(
    '\nThis was a rehearsal: no key, nothing spent. To do it for real, set OPENAI_API_KEY and leave ORCH_REHEARSE unset.',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
