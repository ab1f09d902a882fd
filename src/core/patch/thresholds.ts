/**
 * Every number that the patch core decides by, grouped by rule. "Letters" are letters, digits and underscores: what
 * makes a line more than brackets and space. The test that pins a number is the row of its name in
 * test/core/patch/thresholds.test.ts (`reading.wrapperLines`: just enough, and not), which also lists the numbers that
 * cases of test/fixtures/patch pin and the bounds on work, which only have to be large enough. A number that is not in
 * that file fails it.
 */

/** Reading an answer: where blocks begin and end, and which file they name. */
export const reading = {
  /** Lines below an opening fence in which an edit must start for the fence to be a wrapper around it. */
  wrapperLines: 4,
  /** Lines below a bare `@@` in which a changed line must follow for it to be a hunk. */
  hunkLines: 12,
  /** Lines with text above a block that are searched for its path. */
  labelLines: 3,
  /** Lines above a fence that may name the file it holds. */
  fenceLabelLines: 2,
  /** A longer line is text and names no path. */
  longestLabel: 1000,
  /** The same for a heading that names a file among other words. */
  longestHeading: 500,
  /** The same for the header of a hunk. Git cuts headings at 80 bytes; models may copy a long line. */
  longestHeader: 1000,
  /** A longer path is refused. */
  longestPath: 1000,
  /** A new path with more names is refused. */
  deepestPath: 100,
  /** Lines of equal signs in one block that are tried as its divider. */
  mostDividers: 20,
  /** Lines that are searched upwards for the header of the hunk that a diff ends with. */
  longestHunk: 5000,
  /** Lines looked at per line of the answer, and besides, for the ends of blocks: bounds on work. */
  mostLooksPerLine: 8,
  fewestLooks: 10_000,
  /** Characters of an answer. No model writes more. */
  longestAnswer: 4 * 1024 * 1024,
  /** Lines of an answer: a bound on memory. 4 MB of code have about 150,000. */
  mostLines: 250_000,
  /** Depth in the JSON of a tool call at which a patch is still looked for. */
  deepestJson: 5,
};

/** Comparing the two halves of a block, and the old file with the new. */
export const diffing = {
  /** Edits beyond which the part of a block that differs is replaced as a whole, for one block or all: a bound on work. */
  mostBlockEdits: 2000,
  /** Edits beyond which the part of a file that differs is emitted as one hunk, for one file or all: a bound on work. */
  mostFileEdits: 2000,
  /** Context lines of an emitted hunk, as in git. */
  contextLines: 3,
};

/** A fence that holds a whole file. */
export const wholeFile = {
  /** Share of the file's lines that must be there for a text without a plain path to be that file. */
  fewestKept: 0.6,
  /** Lines with text that a file needs more of to be recognised without any path. */
  fewestLines: 3,
  /** Share of the old lines that an answer must keep if it is shorter than the file. */
  fewestLeft: 0.5,
  /** Lines with text up to which any shorter answer is that short; for longer files, below this share of their length. */
  shortFile: 10,
  shorterShare: 0.75,
  /** Share of the lines whose loss is flagged. */
  mostLost: 1 / 3,
  /** Lines with text from which the loss is flagged. */
  fewestFlagged: 4,
};

/** Filling in what a whole-file answer leaves out. */
export const filling = {
  /** Lines next to the remark that are tried to find it in the file: a bound on work. */
  longestAnchor: 30,
  /** Letters that those lines need. */
  anchorLetters: 4,
  /** Letters of a line that must not be both written and left out. */
  repeatedLetters: 8,
  /** Line comparisons that filling may take: a bound on work. */
  mostComparisons: 2_000_000,
  /** A longer line is text, not a remark that something is left out. */
  longestRemark: 200,
};

/** Looking for lines in a file. */
export const searching = {
  /** Places beyond which no more are collected: nothing could choose between them. */
  mostPlaces: 2000,
  /** Share of a line's characters that a line in its place must begin and end with to keep its quotes and spaces. */
  alike: 0.5,
  /** Line comparisons that one answer may cause, and as how many a place counts that is kept: bounds on work. */
  mostComparisons: 40_000_000,
  costOfPlace: 100,
};

/** The same lines with another indentation. */
export const shifting = {
  /** Letters that the lines need: shorter ones fit too many places once their indentation is free. */
  fewestLetters: 12,
  /** Spaces that one tab may stand for, the likeliest first. */
  tabWidths: [4, 2, 8, 3],
};

/** Lines of the file that the hunk leaves out at one point. */
export const skippedLines = {
  most: 3,
  /** Positions of the gap in a run of equal lines beyond which the place is uncertain: a bound on work. */
  mostGaps: 20,
  /** Letters on either side of the gap. */
  lettersBeside: 4,
  /** Letters of all lines that must match. */
  letters: 12,
  /** Share of its words that a removed line beside the gap must keep where it comes back with others. */
  sharedWords: 0.5,
};

/** Context lines that are not quite those of the file. */
export const misrememberedLines = {
  most: 2,
  /** Share of the lines with text that must match exactly. */
  fewestRight: 0.6,
  /** Letters of the lines that match exactly. */
  letters: 12,
  /** Equal words that a misremembered line needs. */
  fewestWords: 2,
};

/** Tolerant context and deletion-anchored: most of the context is enough. */
export const anchoring = {
  /** Lines that context may be from where the hunk has it. */
  near: 12,
  /** The same where the hunk says "...". */
  nearElision: 200,
  /** Combinations of places that are tried, and changes of one hunk: bounds on work. */
  mostChains: 200,
  mostSegments: 200,
  /** Letters that the edits need together with the context that touches them. */
  segmentLetters: 8,
  /** Letters that a deletion needs to be an anchor by itself. */
  deletionLetters: 12,
  /** Share of the other context that tolerant context needs. */
  tolerantShare: 0.6,
  /** Share of the other context that deletion-anchored needs. */
  deletionShare: 0.5,
  /** Context lines of one stretch that are compared: a bound on work. */
  mostContext: 200,
  /** Lines that may stand between a deletion and the context line that touches it. */
  mostSkipped: 3,
};

/** Edits that have been made already. */
export const alreadyApplied = {
  /** Letters of added lines that count as a sign of it. */
  addedLetters: 3,
  /** Letters of all that a block would leave, for it to be nothing to do at all. */
  wholeLetters: 12,
  /** Letters of the lines around a deletion, where both sides are shown. */
  leftLetters: 20,
  /** The same where only one side is shown. */
  oneSidedLetters: 60,
  /** Changes of one hunk up to which every selection of them is looked for: a bound on work. */
  mostChanges: 4,
  /** Letters of added lines next to the place of an insertion. */
  besideLetters: 3,
  /** Letters of added lines that do not occur in a file twice by accident. */
  tellingLetters: 20,
};

/** Choosing between several places. */
export const choosing = {
  /** Context lines from which a hunk shows its surroundings, so that a bare edge hides a line. */
  shownContext: 2,
  /** Certain hunks in ascending order that are no accident. */
  fewestOrdered: 3,
  /** Characters of a heading from which it may be the beginning of a line: git cuts headings. */
  cutHeading: 40,
  /** Lines below the hunk before up to which brackets and blank lines are taken for the next place of theirs. */
  nextTo: 3,
  /** Rounds in which a hunk that is placed can place its neighbours: a bound on work. */
  mostPasses: 20,
};

/** What a problem shows of the file. */
export const reporting = {
  /** Lines of the file, and how many of them stand above the nearest one. */
  nearestLines: 10,
  nearestAbove: 2,
  /** Problems of one file that get these lines: nobody reads more. */
  mostHelped: 20,
  /** Old lines of a hunk that are compared, characters of a line, and lines of the file. */
  mostSought: 400,
  mostCharacters: 1000,
  mostLines: 50_000,
  /** Places of a line beyond which it says nothing. */
  mostPlaces: 50,
  /** Characters of a shown line, of a quoted one and of a path. */
  longestLine: 300,
  longestQuote: 80,
  longestPath: 200,
  /** Line numbers that a problem lists. */
  mostNumbers: 20,
};
