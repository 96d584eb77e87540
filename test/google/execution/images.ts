import { createHash } from 'node:crypto';
import { type Answer, type Call, notFound, type Operation } from './service';

/** Artifact Registry's tags: each image is there under the tag `current`, which names the last build. */
export class Images {
  /** Builds that were pushed. */
  builds = 1;
  isThere = true;
  /** Whether a newer build is pushed right after each look. */
  busy = false;

  digest(image: string, build = this.builds): string {
    return `sha256:${createHash('sha256').update(`${image} ${build}`).digest('hex')}`;
  }

  operation({ method, path }: Call): Operation | undefined {
    const [image, tags, tag] = path.slice(-3);
    if (method !== 'GET' || tags !== 'tags' || path.length !== 10) return undefined;
    return { name: 'artifactregistry.tags.get', run: () => this.tag(path.slice(0, -2).join('/'), image!, tag!) };
  }

  private tag(parent: string, image: string, tag: string): Answer {
    if (tag !== 'current' || !this.isThere) throw notFound(`${parent}/tags/${tag}`);
    const digest = this.digest(image);
    if (this.busy) this.builds += 1;
    return { name: `${parent}/tags/${tag}`, version: `${parent}/versions/${digest}` };
  }
}
