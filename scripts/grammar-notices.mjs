/** The licences of the grammars in dist/grammars, which @vscode/tree-sitter-wasm builds and does not name. */

const holders = {
  'tree-sitter-go': ['2014 Max Brunsfeld'],
  'tree-sitter-java': ['2017 Ayman Nadeem'],
  'tree-sitter-javascript': ['2014 Max Brunsfeld'],
  'tree-sitter-php': [
    '2017 Josh Vera, GitHub',
    '2019 Max Brunsfeld, Amaan Qureshi, Christian Frøystad, Caleb White',
  ],
  'tree-sitter-python': ['2016 Max Brunsfeld'],
  'tree-sitter-ruby': ['2016 Rob Rix'],
  'tree-sitter-rust': ['2017 Maxim Sokolov'],
  'tree-sitter-typescript': ['2017 Max Brunsfeld'],
};

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

export function grammarNotices() {
  const title = 'Grammars of tree-sitter (MIT)';
  const lines = Object.entries(holders).flatMap(([name, copyrights]) =>
    copyrights.map((copyright) => `${name}: Copyright (c) ${copyright}`),
  );
  return `\n${'-'.repeat(78)}\n${title}\n\n${lines.join('\n')}\n\n${mit}\n`;
}
