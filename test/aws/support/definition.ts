import type { PlatformInput } from '../../../src/definition/input';

/** Sections of a model of churn, as a user writes them. */
export const data = {
  source: { aws: 's3://acme-churn/customers/' },
  format: 'csv',
  key: 'customer',
  timestamp: 'seen',
  label: { column: 'churned', positive: 'yes', delay: '1d', source: { aws: 's3://acme-churn/labels/' } },
  columns: {
    customer: { type: 'string', unique: true, feature: false },
    seen: { type: 'timestamp', feature: false },
    churned: { type: 'category', values: ['yes', 'no'] },
    tenure: { type: 'integer', min: 0 },
    plan: { type: 'category', values: ['basic', 'pro'] },
  },
  minRows: 100,
} as const;
export const training = {
  image: { aws: '111111111111.dkr.ecr.eu-central-1.amazonaws.com/churn-trainer:1' },
  compute: 'small',
  hyperparameters: { trees: 100 },
  maxDuration: '1h',
  seed: 7,
} as const;
export const evaluation = { metrics: { auc: { min: 0.8, vsChampion: { margin: 0.01 } } } } as const;
export const serving = {
  image: { aws: '111111111111.dkr.ecr.eu-central-1.amazonaws.com/churn-server:1' },
  compute: { aws: 'ml.m5.large' },
  instances: { min: 2, max: 4 },
  expectedRequestsPerMinute: 600,
} as const;
export const release = { steps: [{ percent: 10, hold: '15m' }], finalHold: '20m' } as const;
export const latency = { p99: '250ms' } as const;
export const errors = { maxPercent: 1 } as const;
export const drift = { window: '24h' } as const;
export const quality = { metrics: { auc: { min: 0.75 } } } as const;
export const retraining = {
  schedule: { cron: '0 3 * * 1', timeZone: 'Europe/Berlin' },
  on: ['quality', 'drift'],
} as const;

const foundation = {
  version: 1,
  name: 'acme',
  owner: 'ml-team',
  stage: 'foundation',
  tags: { 'cost-center': '4711' },
  delivery: {
    source: { repository: 'acme/churn' },
    build: { commands: ['npm ci'] },
    test: { commands: ['npm test'] },
  },
  incidents: { contacts: [{ kind: 'email', address: 'ml@example.com', severities: ['page', 'ticket', 'info'] }] },
  models: {
    churn: { task: 'binaryClassification', data, training, serving, monitoring: { latency, errors } },
  },
} as const;

const connection = { aws: 'arn:aws:codeconnections:eu-central-1:111111111111:connection/0a1b2c3d' };

/** One definition a stage; each has what its stage asks for. */
export const definitions = {
  foundation: foundation as unknown as PlatformInput,
  core: {
    ...foundation,
    stage: 'core',
    models: {
      churn: {
        ...foundation.models.churn,
        evaluation,
        release,
        monitoring: { latency, errors, drift, quality, availability: { targetPercent: 99.9 } },
      },
    },
  } as unknown as PlatformInput,
  scale: {
    ...foundation,
    stage: 'scale',
    environments: [
      { name: 'staging', aws: { account: '111111111111', region: 'eu-central-1' } },
      { name: 'production', aws: { account: '222222222222', region: 'eu-central-1' }, approval: 'manual' },
    ],
    delivery: { ...foundation.delivery, source: { repository: 'acme/churn', connection } },
    governance: { approvers: ['head-of-ml@example.com'] },
    security: { network: 'private' },
    budget: { monthly: 1000 },
    models: {
      churn: {
        ...foundation.models.churn,
        training: { ...training, image: { build: 'trainer' } },
        serving: { ...serving, image: { build: 'server' } },
        evaluation,
        release,
        monitoring: { latency, errors, drift, quality },
        retraining,
        budget: { monthly: 300 },
      },
    },
  } as unknown as PlatformInput,
};
