/** Both sides of the numbers in thresholds.ts that no other case pins: what is just enough and what is not. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';
import { alreadyThere } from '../../../src/core/patch/place/already-there.ts';
import * as thresholds from '../../../src/core/patch/thresholds.ts';
import { searchReplace, unified, v4a, wholeFile } from '../../helpers/answers.ts';

const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');
const numbered = (count: number, word = 'line') =>
  Array.from({ length: count }, (_, at) => `${word} number ${at};`);
const times = <T>(count: number, item: T) => Array.from({ length: count }, () => item);
const letters = (count: number) => 'x'.repeat(count);
const diff = (...hunk: string[]) => unified('a.ts', '@@', ...hunk);
const other = { path: 'b.ts', text: 'other\n' };

/** The level of the only hunk, or the codes of the problems. */
function outcome(answer: string, text: string, ...more: { path: string; text: string }[]): string {
  const { hunks, problems } = patchFromAnswer(answer, [{ path: 'a.ts', text }, ...more]);
  return problems.length > 0
    ? problems.map(({ code }) => code).join()
    : hunks.map(({ level }) => level).join();
}
const block = (search: string, replace: string) =>
  `<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;
/** A text of one kind of line, as long as asked for. */
const padded = (text: string, length: number) => text.replace('…', letters(length - text.length + 1));

type Row = [name: string, enough: [number, unknown], not: [number, unknown], play: (size: number) => unknown];

const fence = (label: string, ...texts: string[]) => `${label}\n\`\`\`\n${lines(...texts)}\`\`\`\n`;
const fill = (text: string[], ...answer: string[]) =>
  outcome(wholeFile('a.ts', lines(...answer)), lines(...text));
const dots = '// ... existing code ...';

/**
 * A line between the changed ones keeps its trailing space only where it is found to be the same. Here and below, one
 * side is short, which takes the search for as many edits little time.
 */
const keeps = (edits: number) => {
  const [old, fresh] = [numbered(edits - 10, 'old'), numbered(10, 'new')];
  const halves = (texts: string[], middle: string) => [...texts.slice(0, 5), middle, ...texts.slice(5)];
  const answer = searchReplace('a.ts', halves(old, 'same').join('\n'), halves(fresh, 'same').join('\n'));
  const { changes } = patchFromAnswer(answer, [{ path: 'a.ts', text: lines(...halves(old, 'same  ')) }]);
  return changes[0]?.after.includes('same  \n');
};

const hunksOf = (edits: number) => {
  const same = numbered(10, 'same');
  const text = (word: string, rest: number) =>
    lines(...numbered(5, word), ...same, ...numbered(rest, `${word}er`));
  const answer = wholeFile('a.ts', text('new', edits - 15));
  const { patch } = patchFromAnswer(answer, [{ path: 'a.ts', text: text('old', 5) }]);
  return patch?.match(/^@@/gm)?.length;
};

const replaced = (dividers: number) => {
  const search = ['one', ...times(dividers - 1, '=======')];
  const files = [{ path: 'a.ts', text: lines(...search, 'two') }];
  return patchFromAnswer(`a.ts\n${block(search.join('\n'), '1')}`, files).changes[0]?.after === '1\ntwo\n';
};

const around = (share: number) => {
  const text = numbered(10);
  const shown = text.map((line, at) => ` ${at < share ? line : `wrong ${at}`}`);
  return outcome(
    diff(
      ...shown.slice(0, 9).reverse(),
      ' wrong again',
      '-forget(everything, here);',
      '+keep();',
      ' touching();',
    ),
    lines(...text.slice(0, 9).reverse(), 'forget(everything, here);', 'touching();'),
  );
};

const tolerant = (share: number) => {
  const [text, edit] = [numbered(10), 'forget(everything, here);'];
  const shown = text.map((line, at) => ` ${at < share ? line : `wrong ${at}`}`);
  return outcome(
    diff(...shown, ' above();', `-${edit}`, '+keep();', ' below();'),
    lines(...text, 'above();', edit, 'below();'),
  );
};

const flagged = (size: number, left: number) => {
  const [text, answer] = [lines(...numbered(size)), wholeFile('a.ts', lines(...numbered(left)))];
  return patchFromAnswer(answer, [{ path: 'a.ts', text }]).hunks[0]?.flagged;
};
const contextLines = () => {
  const answer = searchReplace('a.ts', 'line number 9;', 'nine');
  const { patch } = patchFromAnswer(answer, [{ path: 'a.ts', text: lines(...numbered(20)) }]);
  return patch?.match(/^ /gm)?.length;
};
const firstProblem = (answer: string, text: string) =>
  patchFromAnswer(answer, [{ path: 'a.ts', text }]).problems[0]!;

/** One row per number: a size that is just enough with its outcome, and one that is not. */
const rows: Row[] = [
  [
    'reading.wrapperLines',
    [3, 'exact'],
    [4, 'edit-mark'],
    (size) => outcome(`\`\`\`\n${lines(...times(size, 'prose'))}${block('one', '1')}\`\`\`\n`, 'one\ntwo\n'),
  ],
  [
    'reading.hunkLines',
    [11, 'exact'],
    [12, 'not-a-patch'],
    (size) => {
      const context = numbered(size);
      return outcome(
        lines('@@', ...context.map((line) => ` ${line}`), '-last', '+end'),
        lines(...context, 'last'),
      );
    },
  ],
  [
    'reading.labelLines',
    [2, 'exact'],
    [3, 'unknown-path'],
    (size) => outcome(`a.ts\n${lines(...times(size, 'prose'))}${block('one', '1')}`, 'one\n', other),
  ],
  [
    'reading.fenceLabelLines',
    [1, 'whole-file'],
    [2, 'not-a-patch'],
    (size) => outcome(`a.ts\n${lines(...times(size, ''))}\`\`\`\n1\n\`\`\`\n`, 'one\n', other),
  ],
  [
    'reading.longestLabel',
    [1000, 'exact'],
    [1001, 'unknown-path'],
    (size) => outcome(`${padded('… in `a.ts`:', size)}\n${block('one', '1')}`, 'one\n', other),
  ],
  [
    'reading.longestHeading',
    [500, 'exact'],
    [501, 'unknown-path'],
    (size) => outcome(`${padded('### … in a.ts', size)}\n${block('one', '1')}`, 'one\n', other),
  ],
  [
    'reading.longestHeader',
    [1000, 'exact'],
    [1001, 'not-found'],
    (size) => outcome(v4a('*** Update File: a.ts', padded('@@ …', size), '-one', '+1'), 'one\n'),
  ],
  [
    'reading.deepestPath',
    [100, 'whole-file'],
    [101, 'unknown-path'],
    (size) => outcome(v4a(`*** Add File: ${'d/'.repeat(size - 1)}new.ts`, '+1'), 'one\n'),
  ],
  [
    'reading.longestPath',
    [1000, 'whole-file'],
    [1001, 'unknown-path'],
    (size) => {
      // A single name may not be as long.
      const folders = `b/${'d'.repeat(99)}/`.repeat(9);
      return outcome(`--- /dev/null\n+++ ${padded(`${folders}…`, size)}\n@@ -0,0 +1 @@\n+1\n`, 'one\n');
    },
  ],
  [
    'reading.longestHunk',
    [4999, 'cut'],
    [5000, 'exact'],
    (size) => {
      const text = numbered(size);
      const body = [...text.slice(1).map((line) => ` ${line}`), `-${text[0]}`];
      const file = lines(...text.slice(1), text[0]!);
      return outcome(lines('--- a/a.ts', '+++ b/a.ts', `@@ -1,${size} +1,${size} @@`, ...body), file);
    },
  ],
  [
    'reading.deepestJson',
    [5, 'exact'],
    [6, 'not-a-patch'],
    (size) => {
      let nested: unknown = v4a('*** Update File: a.ts', '@@', '-one', '+1');
      for (let depth = 0; depth < size; depth++) nested = [nested];
      return outcome(JSON.stringify(nested), 'one\n');
    },
  ],
  ['reading.mostDividers', [20, true], [21, false], replaced],
  ['diffing.mostBlockEdits', [2000, true], [2001, false], keeps],
  ['diffing.mostFileEdits', [2000, 2], [2001, 1], hunksOf],
  ['diffing.contextLines', [6, 6], [0, 6], contextLines],
  [
    'wholeFile.fewestKept',
    [6, 'whole-file'],
    [5, 'elided'],
    (size) => {
      const text = numbered(10);
      const texts = [...text.slice(0, size), ...numbered(10 - size, 'new')];
      return outcome(fence('Here is `a.ts` now:', ...texts), lines(...text));
    },
  ],
  [
    'wholeFile.fewestLines',
    [4, 'whole-file'],
    [3, 'not-a-patch'],
    (size) => outcome(fence('', ...numbered(size), 'new'), lines(...numbered(size))),
  ],
  [
    'wholeFile.shortFile',
    [11, 'whole-file'],
    [10, 'elided'],
    (size) => outcome(fence('a.ts', ...numbered(size - 1, 'new')), lines(...numbered(size))),
  ],
  [
    'wholeFile.shorterShare',
    [15, 'whole-file'],
    [14, 'elided'],
    (size) => outcome(fence('a.ts', ...numbered(size, 'new')), lines(...numbered(20))),
  ],
  [
    'wholeFile.fewestLeft',
    [4, 'whole-file'],
    [3, 'elided'],
    (size) => outcome(fence('a.ts', ...numbered(size), ...numbered(7 - size, 'new')), lines(...numbered(8))),
  ],
  ['wholeFile.mostLost', [8, false], [7, true], (left) => flagged(12, left)],
  ['wholeFile.fewestFlagged', [4, true], [2, false], (size) => flagged(size, Math.floor(size / 2))],
  [
    'filling.longestAnchor',
    [30, 'filled-elision'],
    [31, 'elided'],
    (size) => {
      const same = numbered(size - 1, 'same');
      const text = ['first', ...same, 'middle one', 'second', ...same, 'left out', 'the end'];
      return fill(text, 'FIRST', ...same, 'middle one', 'second', ...same, dots, 'the end');
    },
  ],
  [
    'filling.anchorLetters',
    [4, 'filled-elision'],
    [3, 'elided'],
    (size) => fill([letters(size), ...numbered(8), 'the end'], letters(size), dots, 'the end', 'new'),
  ],
  [
    'filling.repeatedLetters',
    [7, 'filled-elision'],
    [8, 'elided'],
    (size) =>
      fill(
        ['first line', letters(size), 'second', 'last line'],
        'first line',
        dots,
        'last line',
        letters(size),
      ),
  ],
  [
    'filling.longestRemark',
    [200, 'filled-elision'],
    [201, 'whole-file'],
    (size) =>
      fill(
        ['first line', 'second', 'last line'],
        'FIRST',
        'first line',
        padded('// ... existing code … ...', size),
        'last line',
      ),
  ],
  [
    'searching.alike',
    [4, '\u201Cxxxx00000'],
    [3, '"xxx000000'],
    (size) => {
      const answer = searchReplace('a.ts', `"${letters(9)}`, `"${letters(size)}${'0'.repeat(9 - size)}`);
      const file = { path: 'a.ts', text: `\u201C${letters(9)}` };
      return patchFromAnswer(answer, [file]).changes[0]?.after;
    },
  ],
  [
    'searching.mostPlaces',
    [2000, '2000'],
    [2001, '2000'],
    (size) => {
      const files = [{ path: 'a.ts', text: lines(...times(size, 'go')) }];
      return /fits (\d+) places/.exec(
        patchFromAnswer(searchReplace('a.ts', 'go', 'run'), files).problems[0]!.message,
      )![1]!;
    },
  ],
  [
    'shifting.fewestLetters',
    [12, 'indentation'],
    [11, 'not-found'],
    (size) =>
      outcome(searchReplace('a.ts', letters(size), 'new'), lines('if (x) {', `  ${letters(size)}`, '}')),
  ],
  [
    'skippedLines.mostGaps',
    [19, 'tolerant-context'],
    [20, 'no-context'],
    (size) =>
      outcome(
        diff(' begin_section();', ...times(size, ' same();'), ' end_section();', '-old', '+new'),
        lines('begin_section();', ...times(size + 1, 'same();'), 'end_section();', 'old'),
      ),
  ],
  [
    'skippedLines.letters',
    [12, 'tolerant-context'],
    [11, 'not-found'],
    (size) =>
      outcome(
        diff(' abcd(', ' efgh(', `-${letters(size - 8)}`, '+new'),
        lines('efgh(', letters(size - 8), 'abcd(', 'skipped', 'efgh(', letters(size - 8)),
      ),
  ],
  [
    'anchoring.nearElision',
    [202, 'deletion-anchored'],
    [203, 'not-found'],
    (size) =>
      outcome(
        diff('-first_old_line();', '+1', ' ...', '-second_old_line();', '+2'),
        lines('first_old_line();', ...numbered(size, 'x'), 'second_old_line();'),
      ),
  ],
  [
    'anchoring.segmentLetters',
    [8, 'tolerant-context'],
    [7, 'not-found'],
    (size) => {
      const segment = ['ab', letters(size - 3), 'c'];
      const [first, second] = ['first_section();', 'second_section();'];
      return outcome(
        diff(` ${first}`, ` ${second}`, ' invented', ' ab', `-${segment[1]}`, '+new', ' c'),
        lines(first, second, 'there(1, 2);', ...segment, ...numbered(20), ...segment),
      );
    },
  ],
  [
    'anchoring.deletionLetters',
    [12, 'deletion-anchored'],
    [11, 'not-found'],
    (size) =>
      outcome(
        diff(' alpha one', ' beta zwei', `-${letters(size)}`, '+new', ' delta four'),
        lines('alpha one', 'beta two', letters(size), 'delta four'),
      ),
  ],
  ['anchoring.deletionShare', [5, 'deletion-anchored'], [4, 'not-found'], around],
  [
    'alreadyApplied.addedLetters',
    [3, 'already-applied'],
    [2, 'not-found'],
    (size) =>
      outcome(
        diff(' head line', '-old', `+${letters(size)}`, ' tail line'),
        lines('head line', letters(size), 'tail line'),
      ),
  ],
  [
    'alreadyApplied.mostChanges',
    [4, 'already-applied'],
    [5, 'not-found'],
    (size) => {
      const old = numbered(size, 'old');
      const hunk = old.flatMap((line, at) => [` between ${at}`, `-${line}`, `+new ${at}`]);
      const text = old.flatMap((line, at) => [`between ${at}`, at === 0 ? 'new 0' : line]);
      return outcome(diff(...hunk, ' end'), lines(...text, 'end'));
    },
  ],
  [
    'alreadyApplied.besideLetters',
    [3, 'already-applied'],
    [2, 'exact'],
    (size) =>
      outcome(searchReplace('a.ts', 'head', `head\n${letters(size)}`), lines('head', letters(size), 'tail')),
  ],
  [
    'alreadyApplied.wholeLetters',
    [12, 1],
    [11, undefined],
    (size) => {
      const files = [{ path: 'a.ts', text: lines('head', letters(size), 'tail') }];
      const { edits, problems } = patchFromAnswer(searchReplace('a.ts', 'other', letters(size)), files);
      return alreadyThere(edits, problems, files)?.length;
    },
  ],
  [
    'choosing.shownContext',
    [2, 'no-context'],
    [1, 'exact'],
    (size) =>
      outcome(diff(...numbered(size).map((line) => ` ${line}`), '+new'), lines(...numbered(size), 'tail')),
  ],
  [
    'choosing.fewestOrdered',
    [3, 'exact,exact,exact,exact'],
    [2, 'ambiguous'],
    (size) => {
      const certain = numbered(size);
      const hunk = (line: string) => ['@@', `-${line}`, '+new'];
      const [first, ...rest] = certain;
      const answer = unified('a.ts', ...hunk(first!), ...hunk('go'), ...rest.flatMap(hunk));
      return outcome(answer, lines('go', first!, 'go', ...rest));
    },
  ],
  ['anchoring.tolerantShare', [6, 'tolerant-context'], [5, 'deletion-anchored'], tolerant],
  [
    'reporting.longestPath',
    [200, 200],
    [201, 200],
    (size) =>
      firstProblem(`--- /dev/null\n+++ b/../${letters(size - 3)}\n@@ -0,0 +1 @@\n+1\n`, 'one\n').path?.length,
  ],
  [
    'reporting.longestLine',
    [300, 300],
    [301, 300],
    (size) =>
      firstProblem(searchReplace('a.ts', 'none', 'new'), lines(letters(size))).nearest?.[0]?.text.length,
  ],
  [
    'reporting.longestQuote',
    [80, true],
    [81, false],
    (size) => {
      const remark = padded('// ... existing code … ...', size);
      const answer = wholeFile('a.ts', lines('NEW', remark, 'OTHER'));
      return firstProblem(answer, lines(...numbered(3))).message.includes(remark);
    },
  ],
  [
    'reporting.mostNumbers',
    [20, 20],
    [21, 20],
    (size) => firstProblem(searchReplace('a.ts', 'go', 'run'), lines(...times(size, 'go'))).lines?.length,
  ],
  [
    'reporting.nearestLines',
    [10, 10],
    [11, 10],
    (size) => firstProblem(searchReplace('a.ts', 'none', 'new'), numbered(size).join('\n')).nearest?.length,
  ],
  [
    'reporting.nearestAbove',
    [2, 1],
    [3, 2],
    (above) => {
      const text = numbered(30);
      return firstProblem(searchReplace('a.ts', `${text[above]}\nnone`, 'new'), lines(...text)).nearest?.[0]
        ?.line;
    },
  ],
  [
    'reporting.mostHelped',
    [20, true],
    [21, false],
    (size) => {
      const blocks = numbered(size, 'none').map((line) => searchReplace('a.ts', line, 'new'));
      const { problems } = patchFromAnswer(blocks.join(''), [{ path: 'a.ts', text: 'one\n' }]);
      return problems.at(-1)?.nearest !== undefined;
    },
  ],
];

/** Pinned by the cases of test/fixtures/patch, or by other tests. */
const pinnedElsewhere: Record<string, string[]> = {
  'skippedLines.most': ['unified/skipped-three-lines', 'unified/skipped-four-lines'],
  'skippedLines.lettersBeside': [
    'unified/skipped-line-four-letters-below',
    'unified/skipped-line-three-letters-below',
  ],
  'skippedLines.sharedWords': [
    'search-replace/skipped-line-beside-two-words-of-four',
    'search-replace/skipped-line-beside-one-word-of-four',
  ],
  'misrememberedLines.most': ['unified/misremembered-two-lines', 'unified/misremembered-three-lines'],
  'misrememberedLines.fewestRight': [
    'unified/misremembered-two-of-five',
    'unified/misremembered-two-of-four',
  ],
  'misrememberedLines.letters': [
    'unified/misremembered-twelve-letters-right',
    'unified/misremembered-eleven-letters-right',
  ],
  'misrememberedLines.fewestWords': ['unified/misremembered-word', 'unified/misremembered-only-word'],
  'anchoring.near': [
    'unified/deletion-twelve-lines-from-context',
    'unified/deletion-context-too-far-to-count',
  ],
  'anchoring.mostSkipped': [
    'unified/deletion-three-lines-from-context',
    'unified/deletion-four-lines-from-context',
  ],
  'alreadyApplied.leftLetters': [
    'unified/deletion-made-twenty-letters-left',
    'unified/deletion-not-made-nineteen-letters-left',
  ],
  'alreadyApplied.oneSidedLetters': [
    'unified/deletion-made-at-edge-sixty-letters',
    'unified/deletion-not-made-at-edge-fifty-nine-letters',
  ],
  'alreadyApplied.tellingLetters': [
    'search-replace/loose-place-added-lines-elsewhere',
    'search-replace/loose-place-short-added-lines-elsewhere',
  ],
  'choosing.nextTo': [
    'v4a/bracket-three-lines-below-the-hunk-before',
    'v4a/bracket-four-lines-below-the-hunk-before',
  ],
  'choosing.cutHeading': [
    'unified/heading-cut-forty-characters',
    'unified/heading-cut-thirty-nine-characters',
  ],
};

/** Bounds on work, which only have to be large enough. */
const bounds = [
  'reading.mostLooksPerLine',
  'reading.fewestLooks',
  'reading.longestAnswer',
  'reading.mostLines',
  'filling.mostComparisons',
  'searching.mostComparisons',
  'searching.costOfPlace',
  'anchoring.mostChains',
  'anchoring.mostSegments',
  'anchoring.mostContext',
  'choosing.mostPasses',
  'reporting.mostSought',
  'reporting.mostCharacters',
  'reporting.mostLines',
  'reporting.mostPlaces',
];

it.each(rows)('%s', (_name, enough, not, play) => {
  expect([play(enough[0]), play(not[0])]).toEqual([enough[1], not[1]]);
});

it.each([
  [2, true],
  [3, true],
  [4, true],
  [8, true],
  [5, false],
  [6, false],
  [7, false],
])('shifting.tabWidths: %i spaces', (width, isTab) => {
  const spaces = (depth: number) => ' '.repeat(width * depth);
  const answer = searchReplace(
    'a.ts',
    `${spaces(1)}if callSomething() {\n${spaces(2)}return`,
    `${spaces(1)}stop()`,
  );
  const text = 'func f() {\n\tif callSomething() {\n\t\treturn\n\t}\n}\n';
  expect(outcome(answer, text)).toBe(isTab ? 'indentation' : 'not-found');
});

it('every threshold is pinned', () => {
  const names = Object.entries(thresholds).flatMap(([group, numbers]) =>
    Object.keys(numbers).map((name) => `${group}.${name}`),
  );
  const pinned = [
    ...rows.map(([name]) => name),
    ...Object.keys(pinnedElsewhere),
    ...bounds,
    'shifting.tabWidths',
  ];
  expect(pinned.toSorted()).toEqual(names.toSorted());
  for (const folder of Object.values(pinnedElsewhere).flat())
    expect(existsSync(new URL(`../../fixtures/patch/${folder}`, import.meta.url)), folder).toBe(true);
});
