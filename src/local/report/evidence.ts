import type { Json } from '../../kernel/json';
import type { ArtifactStore } from '../../runtime/ports';
import { monthOf } from '../data/calendar';

/** What a monitoring job has stored of one window. */
export type Evidence = { readonly [key: string]: Json };

/** When a monitoring artifact was written, epoch seconds; its key holds the instant with `-` for `:`. */
function instantOf(key: string): number {
  const [day = '', time = ''] = key.slice(key.lastIndexOf('/') + 1, -'.json'.length).split('T');
  return Date.parse(`${day}T${time.replaceAll('-', ':')}`) / 1000;
}

/** What a job has stored for windows that ended within a month, oldest first. */
export async function evidenceOf(
  artifacts: ArtifactStore,
  job: 'drift' | 'quality',
  month: string,
): Promise<Evidence[]> {
  const found: Evidence[] = [];
  for (const key of await artifacts.list(`monitoring/${job}/`)) {
    // A window that ends at midnight is the last of the day before.
    if (monthOf(instantOf(key) - 1) !== month) continue;
    const evidence = await read(artifacts, key);
    if (evidence !== null) found.push(evidence);
  }
  return found;
}

/** The newest that a job has stored by an instant (epoch seconds); null when there is none. */
export async function evidenceBefore(
  artifacts: ArtifactStore,
  job: 'drift' | 'quality',
  now: number,
): Promise<{ readonly at: number; readonly evidence: Evidence } | null> {
  const keys = (await artifacts.list(`monitoring/${job}/`)).filter((key) => instantOf(key) <= now);
  const last = keys.at(-1);
  const evidence = last === undefined ? null : await read(artifacts, last);
  return last === undefined || evidence === null ? null : { at: instantOf(last), evidence };
}

async function read(artifacts: ArtifactStore, key: string): Promise<Evidence | null> {
  const body = await artifacts.get(key);
  return body === undefined ? null : (JSON.parse(new TextDecoder().decode(body)) as Evidence);
}
