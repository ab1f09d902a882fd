/** What kind of file a path names: source, tests, documentation, or other text. */

import type { FileKind } from '../retrieve/types.ts';
import { languageOfPath } from './language.ts';

const tests =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|testdata|testing|fixtures?|e2e|benches|benchmarks?|acceptance)\/|[._-](?:test|tests|spec|bench|e2e)(?:-d)?\.\w+$|(?:^|\/)(?:test_[^/]*|conftest\.py|tests?\.\w+)$|[a-z](?:Test|Tests|Spec|IT)\.\w+$|\.(?:snap|feature)$/;
const docs =
  /(?:^|\/)(?:docs?|documentation|examples?|man|guides?)\/|\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|tex|org|pod)$|(?:^|\/)(?:readme|changelog|changes|contributing|license|licence|copying|authors|notice)(?:\.[^/]*)?$/i;
/** Languages of configuration and data. */
const notSource = new Set(['json', 'yaml', 'toml', 'xml', 'markdown', 'html', 'css']);
/** Source code that `languageOfPath` has no name for. */
const otherSource =
  /\.(?:proto|graphql|gql|mm|inl|ipp|tcc|groovy|gradle|vb|f90|f|nim|cr|v|sv|vhd|asm|s|elm|purs|fsx|hrl|cljs|cljc|edn|rkt|scm|el|lisp|sol|move|cu|cuh|wgsl|glsl|hlsl|metal|astro|erb|ejs|pug|hbs|tmpl|jsonnet|bzl|bazel|nix|hcl|cmake|awk|tcl|pas|d|ada|adb|ads|cob|vala|hx|coffee|litcoffee|rake|gemspec|pm|phtml|xs|y|l|re|rei|mli|mll|mly|sc|sbt|hcl)$|(?:^|\/)(?:makefile|dockerfile|rakefile|gemfile|justfile|cmakelists\.txt|build|workspace|jenkinsfile|vagrantfile)$/i;

export function kindOf(path: string): FileKind {
  if (tests.test(path)) return 'tests';
  if (otherSource.test(path)) return 'source';
  if (docs.test(path)) return 'docs';
  const language = languageOfPath(path);
  return language !== undefined && !notSource.has(language) ? 'source' : 'other';
}
