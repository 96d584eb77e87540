import { Notifications } from '../../src/aws';
import { incidentsSchema } from '../../src/definition/incidents';
import { SEVERITIES } from '../../src/kernel/severity';
import { planIncidents } from '../../src/plan/incidents';
import { newStack, type Resource, templateOf } from './support/stacks';

const contacts = [
  { kind: 'email', address: 'ml@example.com', severities: ['page', 'ticket', 'info'] },
  { kind: 'sms', address: '+491701234567', severities: ['page'] },
  { kind: 'pagerduty', address: 'https://events.pagerduty.com/integration/0a1b/enqueue', severities: ['page'] },
  { kind: 'webhook', address: 'https://hooks.example.com/ml', severities: ['ticket'] },
] as const;

test('each severity reaches the contacts that take it, by the protocol of their kind', () => {
  const stack = newStack();
  const incidents = planIncidents(incidentsSchema.parse({ contacts }));
  const { topics } = new Notifications(stack, 'Incidents', { incidents });
  const subscriptions = Object.values(templateOf(stack).findResources('AWS::SNS::Subscription')) as Resource[];
  const routes = SEVERITIES.map((severity) => {
    const topic = JSON.stringify(stack.resolve(topics[severity].topicArn));
    const own = subscriptions.filter(({ Properties }) => JSON.stringify(Properties?.['TopicArn']) === topic);
    const told = own.map(({ Properties }) => `${Properties?.['Protocol']} ${Properties?.['Endpoint']}`).sort();
    return [severity, told];
  });
  expect(Object.fromEntries(routes)).toEqual({
    page: ['email ml@example.com', 'https https://events.pagerduty.com/integration/0a1b/enqueue', 'sms +491701234567'],
    ticket: ['email ml@example.com', 'https https://hooks.example.com/ml'],
    info: ['email ml@example.com'],
  });
});

test('topics take messages over TLS alone, and from the services of this account', () => {
  const stack = newStack();
  const incidents = planIncidents(incidentsSchema.parse({ contacts }));
  new Notifications(stack, 'Incidents', { incidents });
  const policies = Object.values(templateOf(stack).findResources('AWS::SNS::TopicPolicy')) as Resource[];
  expect(policies).toHaveLength(SEVERITIES.length);
  for (const { Properties } of policies) {
    const { Statement } = Properties!['PolicyDocument'] as { Statement: object[] };
    expect(Statement).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        expect.objectContaining({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]),
    );
  }
});
