/** Language names: normalised from user input, or detected from file names. */

const extensions: Record<string, string> = {
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  py: 'python',
  pyi: 'python',
  rs: 'rust',
  go: 'go',
  java: 'java',
  kt: 'kotlin',
  kts: 'kotlin',
  scala: 'scala',
  c: 'c',
  h: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  cxx: 'cpp',
  hpp: 'cpp',
  hh: 'cpp',
  hxx: 'cpp',
  cs: 'csharp',
  fs: 'fsharp',
  swift: 'swift',
  m: 'objective-c',
  rb: 'ruby',
  php: 'php',
  pl: 'perl',
  lua: 'lua',
  r: 'r',
  jl: 'julia',
  ex: 'elixir',
  exs: 'elixir',
  erl: 'erlang',
  hs: 'haskell',
  ml: 'ocaml',
  clj: 'clojure',
  dart: 'dart',
  zig: 'zig',
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  fish: 'shell',
  ps1: 'powershell',
  sql: 'sql',
  html: 'html',
  css: 'css',
  scss: 'css',
  vue: 'vue',
  svelte: 'svelte',
  md: 'markdown',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'toml',
  xml: 'xml',
  tf: 'terraform',
};

const synonyms: Record<string, string> = {
  ...extensions,
  'c++': 'cpp',
  'c#': 'csharp',
  golang: 'go',
  node: 'javascript',
  nodejs: 'javascript',
  py3: 'python',
  python3: 'python',
  bash: 'shell',
  'objective c': 'objective-c',
  objc: 'objective-c',
};

function lookUp(table: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** `C++` and `cc` become `cpp`; an unknown name is lower-cased. */
export function normaliseLanguage(name: string): string {
  const key = name.trim().toLowerCase().replace(/^\./, '');
  return lookUp(synonyms, key) ?? key;
}

/** Undefined when the extension is unknown. */
export function languageOfPath(path: string): string | undefined {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1];
  return extension === undefined ? undefined : lookUp(extensions, extension.toLowerCase());
}

/** The most common language of the paths; on a tie, the one seen first. */
export function languageOfPaths(paths: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const language = languageOfPath(path);
    if (language) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  let best: string | undefined;
  for (const [language, count] of counts) {
    if (best === undefined || count > (counts.get(best) ?? 0)) best = language;
  }
  return best;
}
