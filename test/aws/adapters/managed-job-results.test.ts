import { gzipSync } from 'node:zlib';
import { bucketLocation } from '../../../src/runtime/adapters/aws/bucket-location';
import { ManagedJobResults } from '../../../src/runtime/adapters/aws/managed-job-results';
import { S3ArtifactStore } from '../../../src/runtime/adapters/aws/s3-artifact-store';
import { tarEntry } from '../../../src/runtime/adapters/aws/tar-entry';
import { artifactKeys } from '../../../src/runtime/usecases';
import { bytes, fakeS3, text } from './fake-s3';

/** A `.tar.gz` of some files, in the ustar format. */
function archive(files: Readonly<Record<string, string>>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(Buffer.byteLength(content).toString(8).padStart(11, '0'), 124);
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return [header, body];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const rows = Array.from({ length: 1200 }, (_, place) => ({
  key: `k${place}`,
  columns: { tenure: place, churned: 'no' },
}));

function resultsOf() {
  const s3 = fakeS3();
  const artifacts = new S3ArtifactStore(s3, bucketLocation('bucket'));
  const results = new ManagedJobResults(artifacts, {
    location: bucketLocation('bucket'),
    keys: artifactKeys,
    testRows: async () => rows,
    features: ['tenure'],
  });
  return { s3, results };
}

test('what the training has left stands under the keys of every target', async () => {
  const { s3, results } = resultsOf();
  s3.objects.set('runs/r1/training/job/output/model.tar.gz', bytes('model'));
  s3.objects.set(
    'runs/r1/training/job/output/output.tar.gz',
    archive({ 'other.txt': 'x', './metrics.json': '{"auc":0.9}' }),
  );
  const answer = await results.training('r1', 's3://bucket/runs/r1/training/job/output/model.tar.gz');
  expect(answer).toEqual({ artifactUri: 's3://bucket/runs/r1/model.tar.gz' });
  expect(text(s3.objects.get('runs/r1/model.tar.gz'))).toBe('model');
  expect(text(s3.objects.get('runs/r1/metrics.json'))).toBe('{"auc":0.9}');
  const requests = [...s3.objects.keys()].filter((key) => key.startsWith('runs/r1/scoring/')).sort();
  expect(requests).toHaveLength(3);
  const instances = requests.flatMap((key) => JSON.parse(text(s3.objects.get(key))!).instances);
  expect(instances).toHaveLength(1200);
  expect(instances[1199]).toEqual({ tenure: 1199 });
});

test('a trainer without metrics leaves none, so that the next step says so', async () => {
  const { s3, results } = resultsOf();
  s3.objects.set('runs/r1/training/job/output/model.tar.gz', bytes('model'));
  await results.training('r1', 's3://bucket/runs/r1/training/job/output/model.tar.gz');
  expect(s3.objects.has('runs/r1/metrics.json')).toBe(false);
});

test('answers become scores by key, in the order of the rows', async () => {
  const { s3, results } = resultsOf();
  for (const [file, from, to] of [
    ['000000', 0, 500],
    ['000001', 500, 1000],
    ['000002', 1000, 1200],
  ] as const) {
    const predictions = rows
      .slice(from, to)
      .map(({ columns }) => ({ prediction: 'no', probability: columns.tenure / 1200 }));
    s3.objects.set(`runs/r1/scored/candidate/${file}.json.out`, bytes(JSON.stringify({ predictions })));
  }
  expect(await results.scores('r1', 'candidate')).toMatchObject({ rows: 1200 });
  const lines = text(s3.objects.get('runs/r1/scores/candidate.jsonl'))!.trim().split('\n');
  expect(JSON.parse(lines[600]!)).toEqual({ key: 'k600', prediction: 'no', probability: 0.5 });
});

test('a reply with too few answers is an error, never scores', async () => {
  const { s3, results } = resultsOf();
  s3.objects.set('runs/r1/scored/champion/000000.json.out', bytes('{"predictions":[1]}'));
  await expect(results.scores('r1', 'champion')).rejects.toThrow(/1 predictions in 1 replies, expected 1200/);
  expect(s3.objects.has('runs/r1/scores/champion.jsonl')).toBe(false);
});

test('a file that is not in an archive is undefined', () => {
  expect(tarEntry(archive({ a: 'x' }), 'metrics.json')).toBeUndefined();
});
