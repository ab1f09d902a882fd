/** Says at the end which tests were skipped: a count alone hides that something here goes untested. */
import type { Reporter, TestModule } from 'vitest/node';

export default class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const suite = test.parent.type === 'suite' ? test.parent.fullName : test.fullName;
        const place = `${module.relativeModuleId}: ${suite}`;
        counts.set(place, (counts.get(place) ?? 0) + 1);
      }
    }
    for (const [place, count] of counts) process.stdout.write(`skipped ${count}: ${place}\n`);
  }
}
