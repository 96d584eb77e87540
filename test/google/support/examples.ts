import type { PlatformInput } from '../../../src/definition/input';
import { DOLLAR } from './synth-stack';

/** One model with everything: stage scale. */
export const SCALE = {
  name: 'bikes',
  owner: 'mobility',
  stage: 'scale',
  currency: 'EUR',
  tags: { 'Cost Center': '4711/A' },
  environments: [{ name: 'production', google: { project: 'bikes-prod', region: 'europe-west3' } }],
  delivery: {
    source: { repository: 'acme/bikes', connection: { google: 'acme-github' } },
    build: { commands: ['npm ci', `echo ${DOLLAR}{HOME}`] },
    test: { commands: ['npm test'] },
  },
  incidents: {
    contacts: [
      { kind: 'email', address: 'oncall@example.com', severities: ['page', 'ticket', 'info'] },
      { kind: 'sms', address: '+491701234567', severities: ['page'] },
    ],
    runbooks: { baseUrl: 'https://runbooks.example.com' },
  },
  governance: { approvers: ['head@example.com'], auditRetention: '3650d' },
  security: { network: 'private' },
  budget: { monthly: 4000 },
  models: {
    demand: {
      task: 'regression',
      data: {
        source: { google: 'bq://bikes-prod.demand.hourly' },
        format: 'csv',
        key: 'id',
        timestamp: 'at',
        label: { column: 'bikers', delay: '1h' },
        columns: {
          id: { type: 'string', unique: true, feature: false },
          at: { type: 'timestamp', feature: false },
          bikers: { type: 'integer', min: 0, drift: false },
          temp: { type: 'number', critical: true },
          weather: { type: 'category' },
        },
      },
      training: { image: { build: 'trainer' }, compute: 'medium', seed: 7, hyperparameters: { trees: 100 } },
      evaluation: { metrics: { mae: { max: 60, vsChampion: { margin: 2 } } } },
      serving: {
        image: { build: 'server' },
        compute: 'small',
        instances: { min: 2, max: 4 },
        expectedRequestsPerMinute: 900,
      },
      release: {
        steps: [
          { percent: 10, hold: '15m' },
          { percent: 50, hold: '30m' },
        ],
        shadow: { duration: '2h' },
      },
      monitoring: {
        latency: { p99: '250ms' },
        errors: { maxPercent: 1 },
        availability: { targetPercent: 99.9 },
        drift: { schedule: { every: '1h' } },
        quality: { schedule: { every: '1d' }, metrics: { mae: { max: 70, maxWorseThanRelease: 15 } } },
        freshness: '3h',
        costPerPrediction: { max: 0.002 },
      },
      retraining: { schedule: { cron: '0 3 1,15 * 1', timeZone: 'Europe/Berlin' }, on: ['quality', 'drift'] },
      budget: { monthly: 900, trainingRun: 25 },
    },
  },
} as const satisfies PlatformInput;

const { evaluation: _e, release: _r, retraining: _t, budget: _b, monitoring, ...base } = SCALE.models.demand;

/** The same model at stage core: gate, release, drift and quality, no retraining. */
export const CORE = {
  ...SCALE,
  stage: 'core',
  models: {
    demand: {
      ...base,
      evaluation: SCALE.models.demand.evaluation,
      release: SCALE.models.demand.release,
      monitoring,
    },
  },
} as const satisfies PlatformInput;

/** The same model at stage foundation: trained, registered, served, two alarms. */
export const FOUNDATION = {
  ...SCALE,
  stage: 'foundation',
  models: { demand: { ...base, monitoring: { latency: monitoring.latency, errors: monitoring.errors } } },
} as const satisfies PlatformInput;
