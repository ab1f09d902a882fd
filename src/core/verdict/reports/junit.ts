/** Reads JUnit's XML, as vitest, node:test, pytest, PHPUnit and others write it. */
import sax, { type QualifiedTag, type Tag } from 'sax';
import { isAssertionText, type TestOutcome, type TestReport } from './report.ts';

/** Undefined if the text holds no suite at all. A text that is cut off gives what was read of it. */
export function readJunit(text: string): TestReport | undefined {
  const reader = new Reader();
  // Lenient, because what a test prints may hold characters that XML forbids.
  const xml = sax.parser(false, { lowercase: true, position: false });
  xml.onopentag = (tag) => reader.open(tag);
  xml.onclosetag = (name) => reader.close(name);
  xml.ontext = (part) => reader.text(part);
  xml.oncdata = (part) => reader.text(part);
  xml.onerror = () => {
    // To be cleared for the reader to go on.
    Object.assign(xml, { error: null });
  };
  xml.write(text).close();
  return reader.suites === 0 ? undefined : reader.report;
}

interface OpenCase extends Pick<TestOutcome, 'name' | 'file'> {
  status: TestOutcome['status'];
  /** An `error`, which is no failure of the test itself. */
  isError: boolean;
  type: string;
  message: string;
  text: string;
}

class Reader {
  suites = 0;
  readonly report: TestReport = { tests: [], broken: [] };
  readonly #groups: { name: string; file: string | undefined }[] = [];
  #case: OpenCase | undefined;
  #collects = false;

  open({ name, attributes }: Tag | QualifiedTag): void {
    const value = (key: string) => {
      const given = attributes[key];
      return typeof given === 'string' ? given : given?.value;
    };
    switch (name) {
      case 'testsuites':
        this.suites++;
        return;
      case 'testsuite':
        this.suites++;
        this.#groups.push({ name: value('name') ?? '', file: value('file') });
        return;
      case 'testcase':
        this.#case = {
          name: [...this.#namesOfGroups(), value('name') ?? ''].join(' > '),
          file:
            value('file') ??
            this.#groups.findLast(({ file }) => file !== undefined)?.file ??
            value('classname'),
          status: 'passed',
          isError: false,
          type: '',
          message: '',
          text: '',
        };
        return;
      case 'failure':
      case 'error':
        if (!this.#case) return;
        this.#case.status = 'failed';
        this.#case.isError ||= name === 'error';
        this.#case.type = value('type') ?? '';
        this.#case.message = value('message') ?? '';
        this.#collects = true;
        return;
      case 'skipped':
        if (this.#case) this.#case.status = 'skipped';
    }
  }

  text(part: string): void {
    if (this.#case && this.#collects) this.#case.text += part;
  }

  close(name: string): void {
    if (name === 'failure' || name === 'error') this.#collects = false;
    else if (name === 'testsuite') this.#groups.pop();
    else if (name === 'testcase' && this.#case) {
      this.#add(this.#case);
      this.#case = undefined;
    }
  }

  /** A suite that is named after its file, or after the runner, is no group of tests. */
  #namesOfGroups(): string[] {
    return this.#groups.map(({ name }) => name).filter((name) => name !== 'pytest' && !isPath(name));
  }

  #add({ name, file, status, isError, type, message, text }: OpenCase): void {
    const shown = text.trim() === '' ? message : text.trim();
    // node:test reports a file without tests, or one that failed as a whole, as a test of its name.
    if (isPath(name)) {
      if (status === 'failed') this.report.broken.push({ file: name, text: shown });
      return;
    }
    if (isError && /collection failure|failed on setup of module/i.test(message)) {
      this.report.broken.push({ file, text: shown });
      return;
    }
    const isAssertion =
      !isError && !isTimeout(type) && (isAssertionText(`${type}\n${message}`) || isAssertionText(shown));
    this.report.tests.push({
      name,
      file,
      status,
      ...(status === 'failed' && { failure: { text: shown, isAssertion } }),
    });
  }
}

function isTimeout(type: string): boolean {
  return /timeout/i.test(type);
}

function isPath(name: string): boolean {
  return (
    /^(?:\/|[A-Za-z]:[\\/]|[\w.-]+[\\/]).*\.\w+$/.test(name) ||
    /^[\w.-]+\.(?:[cm]?[jt]sx?|py|go|php)$/.test(name)
  );
}
