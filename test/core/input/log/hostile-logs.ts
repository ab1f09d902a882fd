/** Long logs whose evidence is easily lost, generated from a seed. */
import { seededRandom } from '../../../bench/seeded-random.ts';

export interface HostileLog {
  name: string;
  text: string;
  /** What has to be left of it. */
  evidence: (string | RegExp)[];
}

const words = 'alpha beta cargo delta ember flint grove haven inlet joust karma ledge mango noble'.split(' ');

/** `share`: of the lines that hide the evidence, at most 1. */
export function hostileLogs(seed: number, share = 1): HostileLog[] {
  const random = seededRandom(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const count = (least: number, most: number) => least + Math.floor(random() * (most - least));
  const word = () => `${pick(words)}_${pick(words)}${count(1, 999)}`;
  const many = <T>(lines: number, line: (at: number) => T): T[] =>
    Array.from({ length: lines }, (_, at) => line(at));
  const noise = (lines: number) => Math.ceil(lines * share);
  const time = (at: number) => new Date(1_790_000_000_000 + at * 1371).toISOString();
  const info = (lines: number) =>
    many(noise(lines), (at) => `${time(at)} INFO  ${word()} took ${count(1, 900)} ms`);
  const log = (name: string, lines: string[], evidence: HostileLog['evidence']): HostileLog => ({
    name,
    text: `${lines.join('\n')}\n`,
    evidence,
  });

  const culprit = word();
  const testFile = `test/${word()}.test.ts`;
  const early = log(
    'a failure early, and passing tests named after errors',
    [
      ...many(40, () => ` ✓ test/${word()}.test.ts > ${word()} (${count(1, 90)} ms)`),
      ` FAIL  ${testFile} > ${culprit}`,
      `AssertionError: expected ${culprit} to be 42`,
      ` ❯ ${testFile}:17:5`,
      ...many(noise(4000), () => {
        const name = pick([
          'throws an error on',
          'fails with an exception for',
          'error: panics at',
          'FAILED state of',
        ]);
        return pick([
          ` ✓ test/errors.test.ts > ${name} ${word()} (${count(1, 90)} ms)`,
          `ok ${count(1, 999)} - ${name} ${word()}`,
          `test error::tests::fails_${word()} ... ok`,
          `tests/test_error.py::test_error_${word()} PASSED`,
          `--- PASS: TestError/${word()} (0.0${count(0, 9)}s)`,
        ]);
      }),
      ` Tests  1 failed | 4040 passed (4041)`,
    ],
    [` FAIL  ${testFile} > ${culprit}`, `AssertionError: expected ${culprit} to be 42`, `${testFile}:17:5`],
  );

  const cause = `src/${word()}.h:12:10: fatal error: ${word()}.h: No such file or directory`;
  const followUps = log(
    'one root cause before thousands of follow-ups',
    [
      ...info(300),
      cause,
      ...many(
        noise(6000),
        () =>
          `src/${word()}.cpp:${count(1, 900)}:${count(1, 80)}: error: '${word()}' was not declared in this scope`,
      ),
      'make: *** [Makefile:12: all] Error 1',
    ],
    [cause, 'make: *** [Makefile:12: all] Error 1'],
  );

  const once = `${word()}: quota of ${word()} is used up`;
  const repeats = log(
    'thousands of repeats',
    [
      ...info(20),
      once,
      ...many(noise(20_000), (at) => `${time(at)} WARN  retry ${at}: upstream ${words[3]} is not ready`),
      'giving up',
    ],
    [once, 'giving up', /\[… .* \d+ \d{3} more times …\]/],
  );

  const exception = `billing.errors.${pick(['Ledger', 'Invoice'])}Error: row ${count(1000, 9999)} has no owner`;
  const traceback = log(
    'a traceback',
    [
      ...info(2500),
      'Traceback (most recent call last):',
      ...many(12, (at) => [
        `  File "/srv/app/${word()}.py", line ${count(1, 400)}, in step_${at}`,
        `    ${word()}(${word()})`,
      ]).flat(),
      exception,
      ...info(2500),
    ],
    ['Traceback (most recent call last):', /in step_0\n/, /in step_11\n/, exception],
  );

  const index = count(5, 90);
  const panic = log(
    'a panic',
    [
      ...info(2500),
      `panic: runtime error: index out of range [${index}] with length 3`,
      '',
      'goroutine 1 [running]:',
      `main.${culprit}({0xc000012345, 0x3, 0x3})`,
      `\t/srv/app/main.go:${index} +0x1d`,
      'main.main()',
      '\t/srv/app/main.go:9 +0x2a',
      'exit status 2',
      ...info(2500),
    ],
    [
      `index out of range [${index}]`,
      'goroutine 1 [running]:',
      `main.${culprit}(`,
      `/srv/app/main.go:${index} +0x1d`,
    ],
  );

  const id = word();
  const level = log(
    'level=error among error:null',
    many(noise(6000), (at) =>
      at === noise(1700)
        ? `ts=${time(at)} level=error msg="write of ${id} was lost" node=7`
        : pick([
            `ts=${time(at)} level=info msg="stored ${word()}" error=null retries=0`,
            `{"ts":"${time(at)}","level":"info","op":"${word()}","error":null,"errors":[],"failed":0}`,
            `ts=${time(at)} level=info msg="checked ${word()}: 0 errors, no failures" err=<nil>`,
          ]),
    ),
    [`level=error msg="write of ${id} was lost"`],
  );

  const portuguese = log(
    'Portuguese',
    many(noise(6000), (at) => {
      if (at === noise(2000)) return `${time(at)} ERRO: não foi possível gravar o arquivo ${id}`;
      if (at === noise(4000)) return `Falha ao conectar com o servidor ${culprit}`;
      return `${time(at)} processado o pedido ${word()} em ${count(1, 900)} ms`;
    }),
    [`não foi possível gravar o arquivo ${id}`, `Falha ao conectar com o servidor ${culprit}`],
  );

  const coloured = log(
    'coloured',
    many(noise(5000), (at) =>
      at === noise(1300)
        ? `\x1b[1m\x1b[31msrc/${word()}.ts\x1b[0m(3,7): \x1b[91merror\x1b[0m\x1b[90m TS2304: \x1b[0mCannot find name '${culprit}'.`
        : `\x1b[90m${time(at)}\x1b[39m \x1b[32mbuilt\x1b[0m \x1b[1m${word()}\x1b[22m`,
    ),
    [`error TS2304: Cannot find name '${culprit}'`],
  );

  const records: object[] = many(noise(4800), (at) => ({
    at,
    op: word(),
    ms: count(1, 900),
    error: null,
    note: 'all errors handled',
  }));
  const failed = { at: 1234, level: 'error', message: `could not lock ${culprit}`, code: 'EBUSY' };
  const oneLine: HostileLog = {
    name: 'one long line',
    text: JSON.stringify([...records.slice(0, noise(1234)), failed, ...records.slice(noise(1234))]),
    evidence: [`"message":"could not lock ${culprit}"`, 'EBUSY'],
  };
  return [early, followUps, repeats, traceback, panic, level, portuguese, coloured, oneLine];
}

/** What of the evidence is missing. */
export function missingFrom(text: string, { evidence }: HostileLog): (string | RegExp)[] {
  return evidence.filter((one) => (typeof one === 'string' ? !text.includes(one) : !one.test(text)));
}
