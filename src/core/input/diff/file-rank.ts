/** How much a changed file matters to whoever reads a diff. */

export interface FileRank {
  /** 0 is kept longest. */
  rank: number;
  /** Said in the list of what is left out; undefined for ordinary files. */
  what: string | undefined;
}

const rows: readonly [what: string, pattern: RegExp][] = [
  [
    'documentation or test',
    /(?:^|\/)(?:docs?|tests?|spec|__tests__)\/|\.(?:md|mdx|rst|adoc|txt)$|[._-](?:test|spec)\.\w+$|_test\.\w+$|(?:^|\/)test_[^/]*$|(?:Test|Tests|Spec)\.\w+$/,
  ],
  ['snapshot or fixture', /\.snap$|(?:^|\/)(?:__snapshots__|snapshots|fixtures|testdata|cassettes)\//],
  [
    'generated',
    /(?:^|\/)(?:dist|build|out|target|vendor|node_modules|third_party|generated|__generated__)\/|\.min\.(?:js|css)$|\.map$|\.pb\.\w+$|_pb2(?:_grpc)?\.pyi?$|\.(?:g|freezed)\.dart$|\.generated\.\w+$|[._-]gen\.\w+$|\.Designer\.cs$|\.(?:svg|ipynb|lockb)$/,
  ],
  [
    'lock file',
    /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum|packages\.lock\.json|gradle\.lockfile|[^/]*\.lock|Package\.resolved)$/,
  ],
];

/** Changes of white space matter as little as snapshots. */
export function rankOf(path: string, onlyWhitespace: boolean): FileRank {
  for (let rank = rows.length; rank > 0; rank--) {
    const [what, pattern] = rows[rank - 1]!;
    if (pattern.test(path)) return { rank: rank === 1 && onlyWhitespace ? 2 : rank, what };
  }
  return onlyWhitespace ? { rank: 2, what: 'white space only' } : { rank: 0, what: undefined };
}
