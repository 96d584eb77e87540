import type { PlatformDefinition } from '../definition/platform';
import { durationSeconds } from '../kernel/duration';
import type { DeliveryPlan, DeliveryStage } from './plan';

/** CI/CD of code: lint, build, test, images, then the environments in order with their approvals. */
export function planDelivery({ delivery, environments, models }: PlatformDefinition): DeliveryPlan {
  const commands = (id: 'lint' | 'build' | 'test' | 'integrationTest'): DeliveryStage[] => {
    const stage = delivery[id];
    return stage ? [{ kind: 'commands', id, commands: stage.commands }] : [];
  };
  return {
    source: {
      provider: delivery.source.provider,
      repository: delivery.source.repository,
      branch: delivery.source.branch,
      connection: { aws: delivery.source.connection?.aws ?? null, google: delivery.source.connection?.google ?? null },
    },
    stages: [
      ...commands('lint'),
      ...commands('build'),
      ...commands('test'),
      ...environments.flatMap((environment, index): DeliveryStage[] => [
        ...(environment.approval === 'manual'
          ? [{ kind: 'approval' as const, id: `approve-${environment.name}`, environment: environment.name }]
          : []),
        { kind: 'deploy', id: `deploy-${environment.name}`, environment: environment.name },
        // Integration tests run against the first environment, before any later one.
        ...(index === 0 ? commands('integrationTest') : []),
      ]),
    ],
    timeoutSeconds: durationSeconds(delivery.timeout),
    buildImage: { aws: delivery.build.image?.aws ?? null, google: delivery.build.image?.google ?? null },
    images: Object.entries(models).flatMap(([model, { training, serving }]) => [
      ...('build' in training.image ? [{ model, purpose: 'trainer' as const, folder: training.image.build }] : []),
      ...('build' in serving.image ? [{ model, purpose: 'server' as const, folder: serving.image.build }] : []),
    ]),
    permissions: [
      { role: 'delivery', action: 'readArtifacts', because: 'build cache' },
      { role: 'delivery', action: 'writeArtifacts', because: 'build output' },
      { role: 'delivery', action: 'pullImage', because: 'build environment' },
      { role: 'delivery', action: 'writeLogs', because: 'every stage' },
      { role: 'delivery', action: 'startPipeline', because: 'training code changed' },
      { role: 'delivery', action: 'useKey', because: 'encrypted storage' },
    ],
  };
}
