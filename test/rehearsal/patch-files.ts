/** Files to be edited, and the plainest reader of edits there is: the place must occur exactly once. */

interface PatchFile {
  name: string;
  path: string;
  text: string;
  /** The line that stands below the note; `blank` where only a blank line can be put in. */
  at: string;
}

export const files: PatchFile[] = [
  {
    name: 'TypeScript',
    path: 'src/a.ts',
    text: "import { b } from './b.ts';\n\nconst text = `\nexport function inside() {}\n`;\n\nexport function outer(): string {\n  return b(text);\n}\n",
    at: 'const text = `',
  },
  {
    name: 'TypeScript whose first lines are a template',
    path: 'src/a.ts',
    text: 'x(`\nfunction inside() {}\n`);\n/*\nfunction comment() {}\n*/\nfunction outer() {}\n',
    at: 'function outer() {}',
  },
  {
    name: 'TSX',
    path: 'src/a.tsx',
    text: 'import React from "react";\n\nexport const View = () => (\n  <div>\n    function of time\n  </div>\n);\n',
    at: 'export const View = () => (',
  },
  {
    name: 'JavaScript with CRLF',
    path: 'a.js',
    text: "'use strict';\r\n\r\nfunction one() {\r\n  return 1;\r\n}\r\n",
    at: 'function one() {',
  },
  {
    name: 'JavaScript with a byte order mark and no last newline',
    path: 'a.mjs',
    text: '\uFEFFexport class A {\n  b() {}\n}',
    at: 'export class A {',
  },
  {
    name: 'a script with an interpreter line alone',
    path: 'a.sh',
    text: '#!/bin/sh\n',
    at: '',
  },
  {
    name: 'Python',
    path: 'pkg/a.py',
    text: '#!/usr/bin/env python3\n"""\ndef inside(): pass\n"""\nimport os\n\n\nclass A:\n    def b(self):\n        return os.sep\n',
    at: 'class A:',
  },
  {
    name: 'Python with only methods that differ',
    path: 'a.py',
    text: 'if x:\n    def b():\n        pass\n',
    at: '    def b():',
  },
  {
    name: 'Python with a continued line',
    path: 'a.py',
    text: 'a = 1 + \\\n  2\nb = 3\n',
    at: 'a = 1 + \\',
  },
  {
    name: 'Rust',
    path: 'src/lib.rs',
    text: "use std::fmt;\n\nconst QUOTE: char = '\"';\n\npub(crate) fn f<'a>(x: &'a str) -> &'a str {\n    x\n}\n\nfn g() {}\n",
    at: "pub(crate) fn f<'a>(x: &'a str) -> &'a str {",
  },
  {
    name: 'Go',
    path: 'main.go',
    text: '//go:build linux\n\npackage main\n\nvar text = `\nfunc inside() {}\n`\n\nfunc main() {\n\tprintln(text)\n}\n',
    at: 'var text = `',
  },
  {
    name: 'C',
    path: 'a.c',
    text: '#include <stdio.h>\n#define A \\\n  1\n\nstatic int f(void)\n{\n    return A;\n}\n',
    at: 'static int f(void)',
  },
  {
    name: 'C++',
    path: 'a.hpp',
    text: '#pragma once\n\nnamespace a {\n\nint f();\n\n}  // namespace a\n',
    at: 'namespace a {',
  },
  {
    name: 'Java',
    path: 'A.java',
    text: 'package a;\n\n/**\n * public class Inside\n */\npublic final class A {\n    void b() {}\n}\n',
    at: 'public final class A {',
  },
  { name: 'Kotlin', path: 'A.kt', text: 'package a\n\nfun main() {\n}\n', at: 'fun main() {' },
  { name: 'C#', path: 'A.cs', text: 'using System;\n\npublic class A\n{\n}\n', at: 'public class A' },
  {
    name: 'PHP',
    path: 'a.php',
    text: '<html>\n<?php\n\nfunction a() {\n    return 1;\n}\n?>\nfunction outside\n</html>\n',
    at: 'function a() {',
  },
  {
    name: 'Ruby',
    path: 'a.rb',
    text: '# frozen_string_literal: true\n\nclass A\n  def b; end\nend\n',
    at: 'class A',
  },
  { name: 'Swift', path: 'A.swift', text: 'import Foundation\n\nstruct A {\n}\n', at: 'struct A {' },
  {
    name: 'shell',
    path: 'run.sh',
    text: '#!/usr/bin/env bash\nset -euo pipefail\n\nmain() {\n  echo "a\nb() {"\n}\n\nmain "$@"\n',
    at: 'main() {',
  },
  {
    name: 'SQL',
    path: 'a.sql',
    text: 'BEGIN;\nCREATE TABLE a (b INT);\nCOMMIT;\n',
    at: 'CREATE TABLE a (b INT);',
  },
  {
    name: 'CSS',
    path: 'a.css',
    text: '@charset "utf-8";\n/*\n.no {\n*/\n.a {\n  color: red;\n}\n',
    at: '.a {',
  },
  {
    name: 'HTML',
    path: 'a.html',
    text: '<!DOCTYPE html>\n<script>\nlet a = "\n<p>";\n</script>\n<body>\n</body>\n',
    at: '<script>',
  },
  { name: 'XML', path: 'a.xml', text: '<?xml version="1.0"?>\n<a\n  b="c">\n</a>\n', at: '<a' },
  {
    name: 'Vue',
    path: 'A.vue',
    text: '<script setup>\nconst a = 1;\n</script>\n\n<template>\n  <p>{{ a }}</p>\n</template>\n',
    at: '<script setup>',
  },
  { name: 'YAML', path: 'a.yaml', text: '---\n# a\nname: a\non:\n  push: {}\n', at: 'name: a' },
  { name: 'TOML', path: 'a.toml', text: '[package]\nname = "a"\n', at: '[package]' },
  {
    name: 'a Dockerfile',
    path: 'docker/Dockerfile',
    text: '# syntax=docker/dockerfile:1\nFROM a\nRUN b\n',
    at: 'FROM a',
  },
  { name: 'JSON', path: 'a.json', text: '{\n  "a": "b",\n  "c": [1]\n}\n', at: 'blank' },
  { name: 'JSON on one line', path: 'a.json', text: '{"a":1}', at: 'blank' },
  { name: 'an unknown form', path: 'a.csv', text: 'a,b\n1,2\n', at: 'blank' },
  {
    name: 'Markdown',
    path: 'README.md',
    text: '---\n# no\n---\n\n```\n# no\n```\n\n# Title\nText.\n\n## More\n',
    at: '',
  },
  { name: 'Markdown without a heading', path: 'a.md', text: 'Text.\n', at: '' },
  { name: 'lines that all occur twice', path: 'a.py', text: 'x = 1\nx = 1\nx = 1\nx = 1\n', at: 'x = 1' },
  {
    name: 'a declaration that is a part of another',
    path: 'a.ts',
    text: 'function a() {}\nfunction a() {} // again\nfunction a() {}\n',
    at: 'function a() {} // again',
  },
  {
    name: 'a file that holds the signs of a conflict',
    path: 'a.ts',
    text: '<<<<<<< SEARCH\nlet a;\n=======\nlet b;\n>>>>>>> REPLACE\n\nexport function c() {}\n',
    at: 'export function c() {}',
  },
  {
    name: 'lines of minified code',
    path: 'a.js',
    text: `function a(){}${'f();'.repeat(200)}\nfunction b() {}\n${'g();'.repeat(200)}\n`,
    at: 'function b() {}',
  },
  {
    name: 'a file that holds the tags of the input',
    path: 'a.html',
    text: '<file path="x">\n</file>\n<div>\n</div>\n',
    at: '<file path="x">',
  },
];

/** The file after the edit. Throws where the edit has no place of its own. */
export function edited(answer: string, path: string, text: string): string {
  return answer.startsWith('*** Begin Patch')
    ? editedV4a(answer, path, text)
    : editedBlock(answer, path, text);
}

function editedBlock(answer: string, path: string, text: string): string {
  const lines = answer.replace(/\n$/, '').split('\n');
  const middle = lines.lastIndexOf('=======');
  if (lines[0] !== path || lines[1] !== '<<<<<<< SEARCH' || lines.at(-1) !== '>>>>>>> REPLACE' || middle < 0)
    throw new Error(`not a block for ${path}:\n${answer}`);
  return replaceOnce(text, lines.slice(2, middle), lines.slice(middle + 1, -1));
}

function editedV4a(answer: string, path: string, text: string): string {
  const lines = answer.replace(/\n$/, '').split('\n');
  if (lines.at(-1) !== '*** End Patch') throw new Error(`never ends:\n${answer}`);
  if (lines[1] === `*** Add File: ${path}`) {
    const body = lines.slice(2, -1);
    if (!body.every((line) => line.startsWith('+'))) throw new Error(`not all added:\n${answer}`);
    return replaceOnce(
      text,
      [],
      body.map((line) => line.slice(1)),
    );
  }
  if (lines[1] !== `*** Update File: ${path}` || lines[2] !== '@@')
    throw new Error(`not an update:\n${answer}`);
  const hunk = lines.slice(3, -1);
  if (!hunk.every((line) => /^[ +-]/.test(line))) throw new Error(`a line without a sign:\n${answer}`);
  const side = (sign: string) => hunk.filter((line) => !line.startsWith(sign)).map((line) => line.slice(1));
  return replaceOnce(text, side('+'), side('-'));
}

function replaceOnce(text: string, search: string[], replace: string[]): string {
  if (search.length === 0) {
    if (text.trim() !== '') throw new Error('an empty search in a file that is not empty');
    return `${replace.join('\n')}\n`;
  }
  const old = search.join('\n');
  const places = text.split(old).length - 1;
  if (places !== 1 || text.indexOf(old) !== text.lastIndexOf(old))
    throw new Error(`${places} places for:\n${old}`);
  return text.replace(old, () => replace.join('\n'));
}
