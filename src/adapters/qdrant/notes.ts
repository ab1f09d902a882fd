/** What is known of the files here: which version each is, without reading it again until it changes. */
import type { Corpus, SkipReason } from '../../core/retrieve/types.ts';
import { asCount, asObject, asText } from '../../core/text/json.ts';
import type { FileSize } from './points.ts';
import type { Store } from './store.ts';

export type Note = {
  stamp: string;
} & (
  | { skipped: SkipReason }
  | {
      skipped?: undefined;
      hash: string;
      /** See points.ts. */
      stem: string;
      /** Undefined until somebody needed to know. */
      size?: FileSize | undefined;
    }
);

export class Notes {
  readonly #store: Store;
  /** What the stems were made with. */
  readonly #made: string;
  #files: Map<string, Note>;
  #changed = false;

  constructor(store: Store, made: string) {
    this.#store = store;
    this.#made = made;
    this.#files = read(store.load('qdrant'), made);
  }

  get(path: string): Note | undefined {
    return this.#files.get(path);
  }

  set(path: string, note: Note): void {
    this.#files.set(path, note);
    this.#changed = true;
  }

  /** Removes what is not in the corpus. Returns the notes of those. */
  forget({ entries }: Corpus): Note[] {
    if (this.#files.size === entries.length) return [];
    const there = new Set(entries.map(({ path }) => path));
    const gone = [...this.#files].filter(([path]) => !there.has(path));
    for (const [path] of gone) this.#files.delete(path);
    this.#changed ||= gone.length > 0;
    return gone.map(([, note]) => note);
  }

  save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const text = JSON.stringify({ made: this.#made, files: [...this.#files] });
    this.#store.save('qdrant', new TextEncoder().encode(text));
  }
}

/** Empty for what was made otherwise, or is damaged. */
function read(bytes: Uint8Array | undefined, made: string): Map<string, Note> {
  try {
    const kept = asObject(JSON.parse(new TextDecoder().decode(bytes)));
    if (kept?.made !== made || !Array.isArray(kept.files)) return new Map();
    return new Map(kept.files.filter(isNote));
  } catch {
    return new Map();
  }
}

function isNote(entry: unknown): entry is [string, Note] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false;
  const { stamp, skipped, hash, stem, size } = asObject(entry[1]) ?? {};
  if (typeof stamp !== 'string') return false;
  if (asText(skipped) !== undefined) return true;
  const { blocks, length } = asObject(size) ?? { blocks: 0, length: 0 };
  return (
    [hash, stem].every((text) => asText(text) !== undefined) &&
    [blocks, length].every((n) => asCount(n) !== undefined)
  );
}
