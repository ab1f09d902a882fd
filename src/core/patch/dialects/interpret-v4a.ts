/** Makes edits of a `*** Begin Patch` section. */
import { type EditCollector, textOf } from './edit-collector.ts';
import { readV4a } from './read-v4a.ts';

export function interpretV4a(lines: readonly string[], collector: EditCollector): void {
  for (const file of readV4a(lines)) {
    if (file.action === 'update') {
      interpretUpdate(file, collector);
      continue;
    }
    const block = collector.nextBlock();
    const resolved = collector.resolve(file.name, block);
    if (!resolved) continue;
    const { path, sent } = resolved;
    if (file.action === 'add') {
      if (sent) collector.refuse('exists', block, `${path} cannot be added: it is there already`, path);
      else collector.create('v4a', path, textOf(file.text), block);
    } else if (!sent) {
      collector.refuse('unknown-path', block, `${path} was not given and cannot be deleted`, path);
    } else collector.edits.push({ dialect: 'v4a', kind: 'delete', path, block, hunks: [] });
  }
}

function interpretUpdate(file: ReturnType<typeof readV4a>[number], collector: EditCollector): void {
  const resolved = collector.resolve(file.name, collector.upcomingBlock);
  if (!resolved) {
    collector.skipBlocks(file.hunks.length);
    return;
  }
  const { path, sent } = resolved;
  if (!sent) {
    const block = collector.skipBlocks(file.hunks.length);
    collector.refuse('unknown-path', block, `${path} was not given and cannot be changed`, path);
    return;
  }
  const newPath =
    file.moveTo === undefined ? undefined : collector.moveTarget(file.moveTo, path, collector.upcomingBlock);
  collector.addHunks('v4a', path, file.hunks, newPath === undefined ? {} : { newPath });
}
