import { OperationError } from '../../../kernel/problem';
import type { GcsBucket } from './gcs-bucket';
import type { GoogleApi } from './google-api';

/** Images of one run of the pipeline. */
export interface RunImages {
  readonly trainer: string;
  readonly server: string;
}

export interface RunImagesOptions {
  /** Addresses as they are given, with a tag or a digest. */
  readonly images: RunImages;
  /** Repository that the delivery pushes to, `<region>-docker.pkg.dev/<project>/<repository>`: its tags move, and may be looked up. */
  readonly repository: string;
}

/**
 * What is trained, scored and served in a run is one image each, whatever is built meanwhile: the first who asks reads what the
 * tags name, and notes it for the run.
 */
export class RunImagesLookup {
  constructor(
    private readonly api: GoogleApi,
    private readonly bucket: GcsBucket,
    private readonly options: RunImagesOptions,
  ) {}

  /** @throws OperationError `imageNotBuilt` */
  async of(run: string): Promise<RunImages> {
    const note = `runs/${run}/images.json`;
    const noted = await this.noted(note);
    if (noted !== undefined) return noted;
    const { trainer, server } = this.options.images;
    const found: RunImages = { trainer: await this.fixed(trainer), server: await this.fixed(server) };
    const mine = await this.bucket.write(note, Buffer.from(JSON.stringify(found)), '0');
    // Another call was first, and what it has found counts.
    return mine === undefined ? (await this.noted(note))! : found;
  }

  private async noted(note: string): Promise<RunImages | undefined> {
    const found = await this.bucket.read(note);
    return found && (JSON.parse(Buffer.from(found.body).toString('utf8')) as RunImages);
  }

  /** An image of our repository by the digest that its tag names now; any other one as it is given. */
  private async fixed(address: string): Promise<string> {
    const { repository } = this.options;
    if (!address.startsWith(`${repository}/`) || address.includes('@')) return address;
    const [host = '', project = '', name = ''] = repository.split('/');
    const [path = '', tag = 'latest'] = address.slice(repository.length + 1).split(':');
    const parent = `projects/${project}/locations/${host.replace('-docker.pkg.dev', '')}/repositories/${name}`;
    const found = await this.api.find(
      'artifactregistry',
      `${parent}/packages/${encodeURIComponent(path)}/tags/${encodeURIComponent(tag)}`,
    );
    const digest = /\/versions\/(sha256:[0-9a-f]{64})$/.exec(String(found?.['version']))?.[1];
    if (digest !== undefined) return `${repository}/${path}@${digest}`;
    throw new OperationError({
      code: 'imageNotBuilt',
      path: address,
      got: found === undefined ? 'no such tag' : `version ${found['version']}`,
      expected: 'an image that the delivery has built',
      fix: 'let the delivery build the image, or push one with that tag',
    });
  }
}
