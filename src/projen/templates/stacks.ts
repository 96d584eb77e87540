export const awsStackTemplate = (): string => `import { App, Stack } from 'aws-cdk-lib';
import { MlPlatform } from 'ml-platform-constructs/aws';
import definition from '../platform';

export const app = new App();

for (const environment of definition.environments) {
  const stack = new Stack(app, \`\${definition.name}-\${environment.name}\`, { ...(environment.aws && { env: environment.aws }) });
  new MlPlatform(stack, 'Platform', { definition, environment: environment.name });
}
`;

export const googleStackTemplate = (): string => `import { App, TerraformStack } from 'cdktf';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { MlPlatform } from 'ml-platform-constructs/google';
import definition from '../platform';

export const app = new App();

for (const environment of definition.environments) {
  const stack = new TerraformStack(app, \`\${definition.name}-\${environment.name}\`);
  new GoogleProvider(stack, 'google', { ...environment.google });
  new MlPlatform(stack, 'Platform', { definition, environment: environment.name });
}

app.synth();
`;

export const definitionTestTemplate =
  (): string => `import { auditPlatform, planPlatform } from 'ml-platform-constructs';
import definition from '../platform';

test('nothing risky is left open', () => {
  const open = planPlatform(definition).findings.filter((one) => one.severity === 'error' && one.acknowledged === null);
  expect(open).toEqual([]);
});

test('the roadmap is covered as far as the stage asks', () => {
  expect(auditPlatform(definition).score).toMatchSnapshot();
});
`;
