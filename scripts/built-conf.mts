/** Name and sum of each of the package's own configuration files. See src/adapters/system/config-files.ts. */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

export const builtConf = ['models.json', 'policies.json', 'catalog.json']
  .map((name) => `${name}:${crc32(readFileSync(new URL(`../conf/${name}`, import.meta.url)))}`)
  .join(' ');
