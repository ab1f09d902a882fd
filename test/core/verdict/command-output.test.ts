import { describe, expect, it } from 'vitest';
import { approxTokens } from '../../../src/core/input/tokens.ts';
import { commandComplaint, shownOutput, wholeLines } from '../../../src/core/verdict/command-output.ts';

describe('what is shown of the output of a command', () => {
  it('stands below one another if it has several lines', () => {
    expect(shownOutput('one\ntwo\n')).toBe(':\n    one\n    two\n');
    expect(shownOutput('one\n')).toBe(': one');
    expect(shownOutput('\n')).toBe(' and printed nothing');
  });

  it('is, of a long one, the failed test and its values, which stand far above the end', () => {
    const passed = (word: string) =>
      Array.from(
        { length: 80 },
        (_, at) => `ok ${at} - ${word} ${String.fromCharCode(97 + (at % 26))} passes`,
      );
    const failed = ['not ok 81 - adds the tax', '  error: |-', '    3 !== 4', "  code: 'ERR_ASSERTION'"];
    const lines = [...passed('before'), ...failed, ...passed('after'), '# pass 160', '# fail 1'];
    const shown = shownOutput(`${lines.join('\n')}\n`);
    for (const line of [...failed, '# fail 1']) expect(shown).toContain(`\n    ${line}\n`);
    expect(shown).toMatch(/lines, about \d+ tokens left out of the output/);
    expect(shown.length).toBeLessThan(2500);
  });
});

describe('what a model is told of it', () => {
  const places = { copies: ['/home/me/shop', '/tmp/orch-1/tree/shop'] };

  it('has the paths of the project, and of others their last part', () => {
    const output = [
      '\u001b[31mFAIL\u001b[0m /tmp/orch-1/tree/shop/test/cart.test.ts',
      'AssertionError: expected 3 to be 4',
      '    at total (file:///home/me/shop/src/cart.ts:4:9)',
      '    at run (/home/me/shop/node_modules/vitest/dist/index.js:1:1)',
      "Cannot find module 'left' from node_modules/right/index.js",
      'config: /home/me/.config/tool/settings.json',
    ].join('\n');
    expect(commandComplaint('exited with 1', output, places)).toBe(
      [
        'The command exited with 1:',
        'FAIL test/cart.test.ts',
        'AssertionError: expected 3 to be 4',
        '    at total (src/cart.ts:4:9)',
        "Cannot find module 'left' from node_modules/right/index.js",
        'config: settings.json',
      ].join('\n'),
    );
  });

  it('is at most about 1,500 tokens, and says where there is nothing', () => {
    const megabytes = Array.from({ length: 50_000 }, (_, at) => `line ${at * 7919} of much`).join('\n');
    const told = commandComplaint('exited with 2', `${megabytes}\nError: this is why`, places);
    expect(approxTokens(told)).toBeLessThanOrEqual(1500);
    expect(told).toContain('Error: this is why');
    expect(commandComplaint('exited with 2', ' \n', places)).toBe(
      'The command exited with 2 and printed nothing.',
    );
  });
});

it('the end of a longer output begins with a whole line, and without the rest of a key', () => {
  expect(wholeLines('half a secret\nwhole\n')).toBe('whole\n');
  expect(wholeLines('xyz\nabc=\n-----END PRIVATE KEY-----\nrest\n')).toBe('\nrest\n');
  const whole = '-----BEGIN PRIVATE KEY-----\nabc=\n-----END PRIVATE KEY-----\n';
  expect(wholeLines(`xyz\n${whole}`)).toBe(whole);
});
