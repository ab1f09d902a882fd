/**
 * Writes the generated files: completions, JSON Schemas of the configuration, the README's reference tables, the columns
 * of the usage CSV. A test
 * fails if a committed file is out of date. Run with `npm run generate`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { completionScript } from '../src/cli/completions/completions.ts';
import { type Actions, buildProgram, loadCommands, shells } from '../src/cli/program.ts';
import { configFileNames } from '../src/core/config/config.ts';
import { configJsonSchema } from './json-schema.ts';
import { referenceSections } from './reference.ts';
import { replaceSections } from './sections.ts';
import { usageCsvDocument } from './usage-csv.ts';

const root = projectFolder();

const completionFiles = {
  bash: 'completions/orch.bash',
  zsh: 'completions/_orch',
  fish: 'completions/orch.fish',
};

/** Maps each path, relative to the project folder, to its content. */
export async function generatedFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const program = buildProgram(noActions);
  await loadCommands(program);
  for (const shell of shells) files.set(completionFiles[shell], completionScript(shell, program));
  for (const name of configFileNames) {
    files.set(`conf/${name}.schema.json`, `${JSON.stringify(configJsonSchema(name), null, 2)}\n`);
  }
  const record = readFileSync(join(root, 'src/core/record/usage-record.ts'), 'utf8');
  files.set('docs/usage-csv.md', usageCsvDocument(record));
  const readme = join(root, 'README.md');
  if (existsSync(readme)) {
    files.set('README.md', replaceSections(readFileSync(readme, 'utf8'), await referenceSections(program)));
  }
  return files;
}

const nothing = async () => {};
const noActions: Actions = { run: nothing, serve: nothing, help: nothing, completion: nothing };

/** Searches upwards, since the bundled form of this file runs from a cache folder inside the project. */
function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

if (process.argv[1] === join(root, 'scripts', 'generate.ts')) {
  for (const [path, content] of await generatedFiles()) {
    const file = join(root, path);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    if (before === content) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    console.log(`${before === undefined ? 'created' : 'updated'}: ${path}`);
  }
}
