import { planPlatform } from '../../src/plan/plan-platform';
import { renderRunbook, runbookKinds } from '../../src/plan/runbooks';
import { scale } from '../support/definitions';

const plan = planPlatform(scale());

test.each(runbookKinds(plan))('the runbook of %s says what to look at, what to do, and what rings', (kind) => {
  const text = renderRunbook(plan, kind);
  for (const title of ['## Look\n1. ', '## Act\n1. ', '## It is over when\n', '## Alarms of this kind\n'])
    expect(text).toContain(title);
  expect(text).not.toContain('undefined');
});

test('the alarm on handlers is no alarm of the plan, and its runbook says when it fires', () => {
  const text = renderRunbook(plan, 'handlerFailure');
  expect(text).toContain('dead-letter queue is not empty');
  expect(text).not.toContain('None by a metric');
});
