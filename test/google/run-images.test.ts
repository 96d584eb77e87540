import { GcsBucket } from '../../src/runtime/adapters/google/gcs-bucket';
import type { GoogleApi } from '../../src/runtime/adapters/google/google-api';
import { type RunImages, RunImagesLookup } from '../../src/runtime/adapters/google/run-images';
import { FakeGoogle } from './fake/fake-google';

const REPOSITORY = 'europe-west3-docker.pkg.dev/bikes-prod/bikes-demand';
const PACKAGES = 'projects/bikes-prod/locations/europe-west3/repositories/bikes-demand/packages';
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const built = { trainer: `${REPOSITORY}/trainer:current`, server: `${REPOSITORY}/server:current` };

let google: FakeGoogle;
let api: GoogleApi;
beforeEach(async () => {
  google = new FakeGoogle();
  api = await google.start();
  google.tags.set(`${PACKAGES}/trainer/tags/current`, digest('a'));
  google.tags.set(`${PACKAGES}/server/tags/current`, digest('b'));
});
afterEach(() => google.stop());

const lookUp = (images: RunImages = built) =>
  new RunImagesLookup(api, new GcsBucket(api, 'b'), { images, repository: REPOSITORY });

test('the images of a run are those of its first look, whatever is pushed meanwhile', async () => {
  const first = { trainer: `${REPOSITORY}/trainer@${digest('a')}`, server: `${REPOSITORY}/server@${digest('b')}` };
  expect(await lookUp().of('r1')).toEqual(first);
  google.tags.set(`${PACKAGES}/server/tags/current`, digest('c'));
  expect(await lookUp().of('r1')).toEqual(first);
  expect(await lookUp().of('r2')).toEqual({ ...first, server: `${REPOSITORY}/server@${digest('c')}` });
});

test('of two looks at once one counts for both', async () => {
  const theirs = { trainer: 't@sha256:1', server: 's@sha256:2' };
  const lookup = lookUp();
  const { find } = api;
  // Another call has noted what it found while this one asked for tags.
  jest.spyOn(api, 'find').mockImplementation(async (service, ...rest) => {
    if (service === 'artifactregistry') google.put('b/runs/r1/images.json', JSON.stringify(theirs));
    return find.call(api, service, ...rest);
  });
  expect(await lookup.of('r1')).toEqual(theirs);
});

test('images of others, and those that have a digest, are used as they are given', async () => {
  const given = {
    trainer: 'docker.io/acme/trainer:2',
    server: `${REPOSITORY}/server@${digest('d')}`,
  };
  expect(await lookUp(given).of('r1')).toEqual(given);
  // A repository whose name begins like ours is another one.
  const alike = { ...given, trainer: `${REPOSITORY}-more/trainer:current` };
  expect(await lookUp(alike).of('r2')).toEqual(alike);
});

test('a name with a slash is one package, and no tag means the latest', async () => {
  google.tags.set(`${PACKAGES}/team/server/tags/latest`, digest('e'));
  const given = { ...built, server: `${REPOSITORY}/team/server` };
  const { find } = api;
  const asked: string[] = [];
  jest.spyOn(api, 'find').mockImplementation((service, path, ...rest) => {
    asked.push(path);
    return find.call(api, service, path, ...rest);
  });
  expect((await lookUp(given).of('r1')).server).toBe(`${REPOSITORY}/team/server@${digest('e')}`);
  expect(asked).toContain(`${PACKAGES}/team%2Fserver/tags/latest`);
});

test('an image that was never built stops the run, and says what to do', async () => {
  google.tags.delete(`${PACKAGES}/server/tags/current`);
  await expect(lookUp().of('r1')).rejects.toThrow(/imageNotBuilt.*server:current.*let the delivery build/s);
  expect(google.text('b/runs/r1/images.json')).toBeUndefined();
});
