/** Whether a file of tests holds a test: per language, what declares one. */

const javascript =
  /\b(?:it|test|specify|fit|xit|bench|scenario|Deno\.test|QUnit\.test|assert)(?:\.(?!todo\b)\w+)*\s*(?:\(|`|<)/;
const forms: Readonly<Record<string, RegExp>> = {
  javascript,
  typescript: javascript,
  vue: javascript,
  svelte: javascript,
  python: /\bdef test|\bdef runTest\b|^[ \t]*>>> |@given\b|\bassert\b/m,
  go: /\bfunc (?:\([^)]*\) )?(?:Test|Benchmark|Fuzz|Example)|\b(?:It|Entry|DescribeTable)\(/,
  rust: /#\[(?:\w+::)*(?:\w*test\w*|rstest|quickcheck|case)\b|\b(?:proptest|quickcheck)!|```/,
  java: /@(?:\w*Test\w*|Property|Scenario)\b|\bvoid test\w*\s*\(/,
  kotlin:
    /@(?:\w*Test\w*|Property)\b|\b(?:test|it|should|scenario|expect|given|describe)\s*\(\s*"|"\s*\{|" should "/,
  scala: /@Test\b|\b(?:test|it|property|scenario)\s*\(|"\s*(?:in|should|-)\b|\bshould\b/,
  csharp: /\[(?:\w+\.)*(?:Fact|Theory|Test\w*|DataTestMethod|Property|Scenario)\b/,
  ruby: /\b(?:it|specify|test|scenario|example|property)\b[ (]|\bdef test_/,
  php: /\bfunction test|@test\b|#\[(?:\w+\\)*Test\b|\b(?:it|test)\s*\(/i,
  swift: /\bfunc test|@Test\b/,
  elixir: /\b(?:test|property|doctest)\b[ (]/,
  shell: /@test\b|\bassert|\btest_\w+|\bit |\bIt |\[\[? /,
};

/** C, C++, and every language that is not listed: a check under one of its usual names. */
const anyCheck = /assert|expect|require|check|verify|should|test|TEST|CHECK|EXPECT|REQUIRE/;

export function holdsTest(code: string, language: string | undefined): boolean {
  const form = language !== undefined && Object.hasOwn(forms, language) ? forms[language] : undefined;
  if (form) return form.test(code);
  return language === undefined
    ? Object.values(forms).some((each) => each.test(code)) || anyCheck.test(code)
    : anyCheck.test(code);
}
