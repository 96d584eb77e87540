import type { PlatformInput } from '../../src/definition/input';

/** A platform of so many models with hourly events, its inputs watched once a day, its quality once a week, retrained once a quarter. */
export function fleet(models: number): PlatformInput {
  const numbers = ['load', 'pressure', 'vibration', 'speed'];
  return {
    version: 1,
    name: 'fleet',
    owner: 'plant-ml',
    stage: 'scale',
    currency: 'EUR',
    environments: [{ name: 'production' }],
    delivery: {
      source: { provider: 'github', repository: 'acme/fleet', branch: 'main' },
      build: { commands: ['npm run build'] },
      test: { commands: ['npm test'] },
      lint: { commands: ['npm run lint'] },
    },
    incidents: {
      contacts: [{ kind: 'email', address: 'plant-ml@example.com', severities: ['page', 'ticket', 'info'] }],
    },
    governance: { approvers: ['head-of-plant@example.com'] },
    budget: { monthly: 5000 },
    models: Object.fromEntries(
      Array.from({ length: models }, (_, place) => [
        `machine-${String(place + 1).padStart(3, '0')}`,
        {
          task: 'regression',
          data: {
            source: { local: 'data/hourly.csv' },
            format: 'csv',
            key: 'reading',
            timestamp: 'measured_at',
            label: { column: 'wear', delay: '1d' },
            columns: {
              reading: { type: 'string', unique: true, feature: false },
              measured_at: { type: 'timestamp' },
              ...Object.fromEntries(numbers.map((name) => [name, { type: 'number', min: 0, max: 100 }])),
              shift: { type: 'category', values: ['early', 'late', 'night'] },
              wear: { type: 'number' },
            },
            minRows: 300,
          },
          training: { image: { build: 'trainer' }, compute: 'small', split: { testPercent: 25, by: 'time' } },
          evaluation: {
            metrics: { mae: { max: 50, vsChampion: { margin: 5 } } },
            primary: 'mae',
            minRows: 100,
          },
          serving: {
            image: { build: 'server' },
            compute: 'small',
            instances: { min: 1, max: 2 },
            expectedRequestsPerMinute: 60,
          },
          release: {
            strategy: 'canary',
            steps: [{ percent: 25, hold: '30m' }],
            finalHold: '30m',
            analysis: { every: '5m', minRequests: 100 },
          },
          monitoring: {
            latency: { p99: '250ms' },
            errors: { maxPercent: 1 },
            drift: { schedule: { every: '1d' }, window: '7d', minRows: 120 },
            quality: {
              schedule: { every: '7d' },
              window: '14d',
              minLabels: 200,
              metrics: { mae: { maxWorseThanRelease: 20 } },
            },
            freshness: '12h',
          },
          retraining: {
            schedule: { cron: '0 3 1 1,4,7,10 *' },
            on: ['quality'],
            cooldown: '14d',
            minNewLabels: 200,
            maxCostPerRun: 5,
          },
          budget: { monthly: 100, trainingRun: 5 },
        },
      ]),
    ),
  } as unknown as PlatformInput;
}
