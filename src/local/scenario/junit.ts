import builder from 'junit-report-builder';
import type { DrillResult } from './drill-result';

/** What a report of several drills has to say of one. */
export type DrillOutcome =
  | { readonly kind: 'done'; readonly result: DrillResult; readonly seconds: number }
  /** The definition cannot run it. */
  | { readonly kind: 'skipped'; readonly scenario: string; readonly reason: string }
  /** It ended with an error. */
  | { readonly kind: 'error'; readonly scenario: string; readonly error: string; readonly seconds: number };

/** JUnit XML: a suite for each scenario, a case for each expectation and invariant. */
export function junitReport(outcomes: readonly DrillOutcome[]): string {
  const report = builder.newBuilder();
  for (const outcome of outcomes) {
    const name = outcome.kind === 'done' ? outcome.result.scenario : outcome.scenario;
    const suite = report.testSuite().name(`drill ${clean(name)}`);
    if (outcome.kind !== 'skipped') suite.time(Number(outcome.seconds.toFixed(3)));
    if (outcome.kind === 'skipped') {
      suite.testCase().className(clean(name)).name('can be rehearsed').skipped().standardOutput(clean(outcome.reason));
    } else if (outcome.kind === 'error') {
      suite.testCase().className(clean(name)).name('can be rehearsed').error(clean(outcome.error), 'error');
    } else {
      const { result } = outcome;
      suite
        .property('title', clean(result.title))
        .property('platform', result.platform)
        .property('model', result.model);
      if (result.tests !== null) suite.property('tests', result.tests);
      if (result.without !== null) suite.property('without', result.without);
      result.expectations.forEach((one, index) => {
        // The number keeps names apart that read the same.
        const test = suite
          .testCase()
          .className(clean(name))
          .name(clean(`${index + 1}. ${one.text}`));
        if (!one.passed) test.failure(clean(`expected ${one.text}; got ${one.got}`), one.expectation.kind);
      });
      for (const one of result.invariants) {
        const test = suite
          .testCase()
          .className(clean(name))
          .name(clean(`invariant: ${one.text}`));
        if (!one.passed) test.failure(clean(`expected ${one.text}; got ${one.got}`), one.kind);
      }
    }
  }
  return report.build();
}

/** Without the characters that XML 1.0 cannot hold, escaped or not. */
const clean = (text: string): string =>
  text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '�');
