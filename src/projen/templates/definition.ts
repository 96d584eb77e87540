/** The first definition of a new project: foundation as it stands, later stages with what they ask for. */
export function definitionTemplate(project: string, stage: 'foundation' | 'core' | 'scale'): string {
  const name = project
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 24)
    .replace(/-+$/, '');
  const core = stage !== 'foundation';
  const scale = stage === 'scale';
  return `import { definePlatform } from 'ml-platform-constructs';

export default definePlatform({
  name: '${name.length > 1 ? name : 'ml-app'}',
  owner: 'my-team',
  stage: '${stage}',
  delivery: {
    source: { repository: 'my-org/my-repository' },
    build: { commands: ['npm ci', 'npm run build'] },
    test: { commands: ['npm test'] },
  },
  incidents: { contacts: [{ kind: 'email', address: 'oncall@example.com', severities: ['page', 'ticket'] }] },
${scale ? "  governance: { approvers: ['head-of-ml@example.com'] },\n  budget: { monthly: 1000 },\n" : ''}  models: {
    churn: {
      task: 'binaryClassification',
      data: {
        source: { aws: 's3://my-bucket/churn/', google: 'gs://my-bucket/churn/', local: 'data/churn.csv' },
        format: 'csv',
        key: 'customer_id',
        timestamp: 'event_time',
        label: { column: 'churned', positive: 'yes', delay: '30d' },
        columns: {
          customer_id: { type: 'string', unique: true, feature: false },
          event_time: { type: 'timestamp', feature: false },
          churned: { type: 'category', values: ['yes', 'no'], drift: false },
          tenure_months: { type: 'integer', min: 0 },
          plan: { type: 'category', values: ['basic', 'pro', 'team'] },
        },
      },
      training: { image: { build: 'trainer' }, compute: 'small' },
      serving: { image: { build: 'server' }, compute: 'small', instances: { min: 1, max: 2 } },
${core ? "      evaluation: { metrics: { auc: { min: 0.7, vsChampion: { margin: 0.01 } } } },\n      release: { strategy: 'canary' },\n" : ''}      monitoring: {
        latency: { p99: '250ms' },
        errors: { maxPercent: 1 },
${core ? "        drift: {},\n        quality: { window: '60d', metrics: { auc: { min: 0.65, maxWorseThanRelease: 0.05 } } },\n" : ''}      },
${scale ? "      retraining: { schedule: { cron: '0 3 1 * *' }, cooldown: '14d' },\n      budget: { monthly: 500, trainingRun: 20 },\n" : ''}    },
  },
});
`;
}
