/**
 * Checks every request to Qdrant, and every answer of the stand-in that the tests use, against Qdrant's own OpenAPI file:
 *
 *   npm run bench:qdrant -- qdrant-openapi.json [repository]
 *
 * The session: the code of a repository (default: this one) is added, searched, changed and deleted, with and without
 * vectors, and refused where it is wrong. With a repository it also says for how many queries both engines have the same
 * first ten. Exit status 1: something is not as the file says.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { qdrantEngine } from '../../src/adapters/qdrant/engine.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { queryTerms } from '../../src/core/retrieve/tokens.ts';
import { corpusOf } from '../helpers/corpus.ts';
import { vectorOf } from '../helpers/embedding-server.ts';
import { memoryEngine } from '../helpers/memory-engine.ts';
import { type Exchange, startQdrant } from '../helpers/qdrant-server.ts';
import { isSameTopTen } from '../helpers/top-ten.ts';

type Json = Record<string, unknown>;

const signal = new AbortController().signal;
const [file, repository = process.cwd()] = process.argv.slice(2);
if (file === undefined) throw new Error('give the OpenAPI file of Qdrant');

const openApi = JSON.parse(readFileSync(file, 'utf8')) as {
  paths: Record<string, Record<string, Json>>;
  components: Json;
};
const git = (...call: string[]) =>
  execFileSync('git', ['-C', resolve(repository), ...call], { encoding: 'utf8', maxBuffer: 2 ** 28 });

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type. */
function asJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as Json;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, asJsonSchema(each)]));
  return nullable === true ? { anyOf: [schema, { type: 'null' }] } : schema;
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
ajv.addSchema({ $id: 'api', components: asJsonSchema(openApi.components) });
const compiled = new Map<unknown, ValidateFunction>();

function validatorOf(schema: unknown): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  const text = JSON.stringify(asJsonSchema(schema)).replaceAll('"#/components/', '"api#/components/');
  const made = ajv.compile(JSON.parse(text));
  compiled.set(schema, made);
  return made;
}

/** What is wrong with an exchange. */
function faultsOf({ method, path, body, status, answer }: Exchange): string[] {
  const templates = Object.keys(openApi.paths).filter((each) =>
    new RegExp(`^${each.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(path),
  );
  // `points/query` could be the point with that id, too.
  const [template = ''] = templates.sort((one, other) => one.split('{').length - other.split('{').length);
  const operation = openApi.paths[template]?.[method.toLowerCase()] as Json | undefined;
  if (!operation) return [`${method} ${path}: there is no such call`];
  const jsonOf = (part: unknown) =>
    ((part as Json | undefined)?.content as Json | undefined)?.['application/json'] as Json | undefined;
  const responses = operation.responses as Json;
  const expected = jsonOf(operation.requestBody)?.schema;
  const described =
    responses[String(status)] ?? (status >= 400 && status < 500 ? responses['4XX'] : undefined);
  const answered = jsonOf(described)?.schema;
  const check = (what: string, schema: unknown, value: unknown) => {
    if (schema === undefined) return [];
    const validate = validatorOf(schema);
    return validate(value)
      ? []
      : [`${method} ${path} (${status}), ${what}: ${ajv.errorsText(validate.errors)}`];
  };
  const known = described !== undefined ? [] : [`${method} ${path}: no answer ${status} is described`];
  return [...known, ...check('request', expected, body), ...check('answer', answered, answer)];
}

function engineOn(url: string, over: { apiKey?: string; collection?: string; vectors?: boolean } = {}) {
  const kept = new Map<string, Uint8Array>();
  return qdrantEngine({
    server: {
      url,
      apiKey: over.apiKey,
      allowInsecure: false,
      variables: {},
      redact: (text) => text,
      clock: systemClock,
    },
    collection: over.collection,
    local: memoryEngine(),
    required: true,
    embedder: over.vectors
      ? () => ({
          ...{ model: 'words', dimensions: 64, cost: () => 0 },
          checkBudgets: async () => {},
          embed: async (texts, _signal, onVectors) => {
            const vectors = texts.map((text) => vectorOf(text, 64));
            onVectors?.(vectors, 0);
            return vectors;
          },
        })
      : undefined,
    store: () => ({
      load: (name) => kept.get(name),
      save(name, bytes) {
        kept.set(name, bytes);
        return undefined;
      },
    }),
  });
}

const paths = git('ls-files', '-z')
  .split('\0')
  .filter((path) => /\.(ts|js|py|go|rs|md)$/.test(path))
  .slice(0, 600);
const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(repository, path), 'utf8')]));
const queries = git('log', '-n', '200', '--no-merges', '--format=%s')
  .split('\n')
  .filter((subject) => queryTerms(subject));

const server = await startQdrant();
const reference = memoryEngine();
const plain = engineOn(server.url);
let same = 0;
for (const engine of [reference, plain]) await engine.update(corpusOf(files), { signal });
for (const query of queries) {
  const [one, other] = await Promise.all(
    [reference, plain].map((engine) => engine.match(queryTerms(query)!, { most: 50, signal })),
  );
  if (isSameTopTen(one!, other!)) same++;
}
const some = Object.fromEntries(Object.entries(files).slice(0, 40));
const dense = engineOn(server.url, { vectors: true, collection: 'with-vectors' });
await dense.update(corpusOf(files), { signal });
for (const query of queries.slice(0, 20)) await dense.match(queryTerms(query)!, { most: 50, query, signal });
await plain.update(corpusOf(some), { signal });
await dense.update(corpusOf(some), { signal });
server.collections.clear();
await plain.match(queryTerms('anything')!, { most: 10, signal }).catch(() => {});
server.apiKey = 'one key';
await engineOn(server.url, { apiKey: 'another' })
  .update(corpusOf(some), { signal })
  .catch(() => {});
await server.close();

const faults = [...new Set(server.exchanges.flatMap(faultsOf))];
const calls = new Map<string, number>();
for (const { method, path, status } of server.exchanges) {
  const call = `${method} ${path.replace(/^\/collections\/[^/]+/, '/collections/{}')} ${status}`;
  calls.set(call, (calls.get(call) ?? 0) + 1);
}
for (const [call, count] of calls) console.log(`${String(count).padStart(6)}  ${call}`);
console.log(`${server.exchanges.length} exchanges, ${faults.length} of them not as ${file} says`);
for (const fault of faults.slice(0, 20)) console.log(`  ${fault.slice(0, 400)}`);
console.log(`the same first ten for ${same} of ${queries.length} queries over ${paths.length} files`);
if (faults.length > 0 || same < 0.95 * queries.length) process.exitCode = 1;
