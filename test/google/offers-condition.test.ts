import { MlPlatform } from '../../src/google';
import { artifactKeys } from '../../src/runtime/usecases/keys';
import { SCALE } from './support/examples';
import { extract, holds } from './support/iam-condition';
import { type Attributes, all, resourcesOf, stackOf } from './support/synth-stack';

const ENVIRONMENTS = [
  { name: 'staging', google: { project: 'bikes-staging', region: 'europe-west3' } },
  { name: 'production', google: { project: 'bikes-prod', region: 'europe-west3' } },
];
const stack = stackOf('staging', { provider: false });
const definition = { ...SCALE, environments: ENVIRONMENTS } as never;
new MlPlatform(stack, 'Platform', { definition, environment: 'staging' });
const resources = resourcesOf(stack);
const conditions = Object.values(resources).flatMap((byId) =>
  Object.values(byId).flatMap(({ condition }) => (condition as Attributes | undefined)?.['expression'] ?? []),
) as string[];
const offered = String(
  (
    all(resources, 'google_storage_bucket_iam_member').find((one) => one['condition'] !== undefined)![
      'condition'
    ] as Attributes
  )['expression'],
);

const BUCKET = 'projects/_/buckets/bikes-staging-demand-artifacts-0a1b2c';
const object = (key: string) => ({ type: 'storage.googleapis.com/Object', name: `${BUCKET}/objects/${key}` });
const mayRead = (key: string): boolean => holds(offered, object(key));

describe('the next environment', () => {
  const RUN = 'retraining-2026-01-02T03:04:05Z';

  test.each([
    artifactKeys.version(17),
    `${artifactKeys.model(RUN)}weights.json`,
    `${artifactKeys.model(RUN)}encoders/label.bin`,
    artifactKeys.modelArchive(RUN),
    artifactKeys.profile(RUN),
    artifactKeys.metrics(RUN),
    artifactKeys.gate(RUN),
  ])('may read %s, of which a version consists', (key) => {
    expect(mayRead(key)).toBe(true);
  });

  test('may list the objects of the bucket, which is asked of the bucket', () => {
    expect(holds(offered, { type: 'storage.googleapis.com/Bucket', name: BUCKET })).toBe(true);
  });

  test.each([
    ...(['csv', 'parquet', 'jsonl'] as const).map((format) => artifactKeys.train(RUN, format)),
    artifactKeys.test(RUN),
    artifactKeys.quarantined(RUN),
    artifactKeys.validation(RUN),
    artifactKeys.scores(RUN, 'candidate'),
    artifactKeys.scores(RUN, 'champion'),
    artifactKeys.smoke(RUN),
    artifactKeys.monitoring('drift', '2026-01-02'),
    `runs/${RUN}/scoring/candidate.jsonl`,
    `runs/${RUN}/scored/candidate/prediction.results-00000-of-00001`,
    `runs/${RUN}/hyperparameters.json`,
    `runs/${RUN}/jobs/train.json`,
    `runs/${RUN}/images.json`,
    // A name that begins or ends like one that may be read.
    `runs/${RUN}/modelled/rows.csv`,
    `runs/${RUN}/not-gate.json`,
    'versions',
  ])('may not read %s', (key) => {
    expect(mayRead(key)).toBe(false);
  });
});

test('every condition of a template is CEL that says yes to something and no to something', () => {
  expect(conditions.length).toBeGreaterThanOrEqual(2);
  const asked = [
    object(artifactKeys.version(1)),
    object(artifactKeys.test('r')),
    {
      type: 'storage.googleapis.com/Object',
      name: 'projects/_/buckets/gcf-v2-sources-4711-europe-west3/objects/a.zip',
    },
  ];
  for (const expression of conditions) {
    expect([expression, new Set(asked.map((one) => holds(expression, one))).size]).toEqual([expression, 2]);
  }
});

// The table of IAM's reference.
test.each([
  ['/order_date={date}/', '2019-11-03'],
  ['buckets/{name}/', 'acme-orders-aaa'],
  ['/orders/{empty}order_date', ''],
  ['{start}/objects/data_lake', 'projects/_/buckets/acme-orders-aaa'],
  ['orders/{end}', 'order_date=2019-11-03/aef87g87ae0876'],
  ['/orders/{none}/order_date=', ''],
])('extract %s is %j, as IAM says', (template, value) => {
  const name = 'projects/_/buckets/acme-orders-aaa/objects/data_lake/orders/order_date=2019-11-03/aef87g87ae0876';
  expect(extract(name, template)).toBe(value);
});

test('what is no CEL, and no yes or no, is no condition', () => {
  expect(() => holds('resource.name.startsWith(', object('a'))).toThrow();
  expect(() => holds('resource.nam == "a"', object('a'))).toThrow();
  expect(() => holds('resource.name', object('a'))).toThrow();
});
