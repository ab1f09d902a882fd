/** Result shapes: what the model is asked to return and how its answer is parsed. */

export const returnShapes = ['code', 'patch', 'text'] as const;
export type ReturnShape = (typeof returnShapes)[number];

export type PatchFormat = 'search-replace' | 'v4a' | 'whole-file';

const codeContract = `Answer with code and nothing else: no introduction, no explanation, no closing remark.
Put it into one fenced block: it is one file.
The code runs as it stands: every import is there, nothing is elided, no placeholder is left.`;

const textContract = `Answer with the final text and nothing else: no preamble about what you are going to do, no remark after it.`;

const searchReplaceContract = `Answer with search/replace blocks and nothing else. One block looks like this:

path/of/the/file.ext
<<<<<<< SEARCH
lines exactly as they stand in the file now
=======
lines that take their place
>>>>>>> REPLACE

Rules:
- The path stands alone on the line above the block, as it was given to you.
- The SEARCH part is copied from the file to the letter, indentation and blank lines included, without line numbers and without "...".
- It must occur exactly once in the file: carry as many lines as that takes, a whole function or block where you can.
- One block per place that changes; blocks do not overlap; every block refers to the file as it was given, not as an earlier block left it.
- A new file is a block with an empty SEARCH part. To delete lines leave the REPLACE part empty.
- Change nothing that the request does not call for, white space included.`;

const v4aContract = `Answer with one patch in this form and nothing else:

*** Begin Patch
*** Update File: path/of/the/file.ext
@@ the line that opens the enclosing function or class
 unchanged line
-removed line
+added line
 unchanged line
*** End Patch

Rules:
- Every line of a hunk starts with a space, "-" or "+". Unchanged and removed lines are copied from the file to the letter.
- Give three unchanged lines before and after each change; more where the place would not be the only one that fits.
- "*** Add File: path" with only "+" lines creates a file; "*** Delete File: path" removes one; "*** Move to: path" below an Update line renames it.
- No line numbers, no elisions. Change nothing that the request does not call for, white space included.`;

const wholeFileContract = `Answer with the whole new text of every file that changes and nothing else. One file looks like this:

path/of/the/file.ext
\`\`\`\`
the whole file, from its first line to its last
\`\`\`\`

Rules:
- The path stands alone on the line above the fence, as it was given to you.
- Every line of the file is there: no elisions, no "rest unchanged".
- Change nothing that the request does not call for, white space included.`;

const patchContracts: Readonly<Record<PatchFormat, string>> = {
  'search-replace': searchReplaceContract,
  v4a: v4aContract,
  'whole-file': wholeFileContract,
};

export interface Shape {
  /** The part of the instructions that describes the answer. `format` only affects patches. */
  contract(format: PatchFormat): string;
  /** How the answer is parsed: code from its fences, the text itself, or edits of the given files. */
  readAs: 'code' | 'text' | 'edits';
  /** Whether the answer can be shown as it arrives. Code and patches must first be extracted. */
  streams: boolean;
  /** Whether files may be shortened to fit. A patch needs the complete files. */
  shortensFiles: boolean;
}

export const shapes: Readonly<Record<ReturnShape, Shape>> = {
  code: { contract: () => codeContract, readAs: 'code', streams: false, shortensFiles: true },
  patch: {
    contract: (format) => patchContracts[format],
    readAs: 'edits',
    streams: false,
    shortensFiles: false,
  },
  text: { contract: () => textContract, readAs: 'text', streams: true, shortensFiles: true },
};
