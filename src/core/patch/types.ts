/** A change of one file, before and after, as decoded text. */
export interface FileChange {
  kind: 'modify' | 'create' | 'delete' | 'rename';
  path: string;
  oldPath?: string;
  before: string;
  after: string;
  mode?: string;
  oldMode?: string;
}
