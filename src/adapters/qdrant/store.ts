/** Where a search with Qdrant keeps, for each folder, what would take long or cost money to find out again. */
export interface Store {
  /** Undefined if there is nothing. What is in it has to be checked: it may be damaged. */
  load(name: 'qdrant' | 'vectors'): Uint8Array | undefined;
  /** Gives why it cannot be kept. */
  save(name: 'qdrant' | 'vectors', bytes: Uint8Array): string | undefined;
}
