import type { Column } from '../../../definition/data';
import type { DriftVerdict } from '../../core/drift';
import type { ArtifactStore } from '../../ports';
import { constraintViolations } from './constraint-violations';

/** Evidence of a drift window: `monitoring/drift/<end of the window>.json`. */
const EVIDENCE = /^(monitoring\/drift\/[^/]+)\.json$/;

/**
 * Artifacts, with `<end of the window>/constraint_violations.json` beside the evidence of each drift window that could be
 * judged: SageMaker Model Monitor takes no new customers, and what reads its files goes on reading.
 */
export class ModelMonitorExport implements ArtifactStore {
  constructor(
    private readonly inner: ArtifactStore,
    private readonly columns: Readonly<Record<string, Column>>,
  ) {}

  get(key: string): Promise<Uint8Array | undefined> {
    return this.inner.get(key);
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.inner.put(key, body);
    const [, window] = EVIDENCE.exec(key) ?? [];
    if (window === undefined) return;
    const verdict = JSON.parse(new TextDecoder().decode(body)) as Partial<DriftVerdict>;
    // A window without a reference has neither columns nor anything to violate.
    if (verdict.columns === undefined) return;
    const { columns, prediction = null } = verdict;
    const violations = constraintViolations({ columns, prediction }, this.columns);
    const text = `${JSON.stringify(violations, null, 2)}\n`;
    await this.inner.put(`${window}/constraint_violations.json`, new TextEncoder().encode(text));
  }

  putIfAbsent(key: string, body: Uint8Array): Promise<boolean> {
    return this.inner.putIfAbsent(key, body);
  }

  list(prefix: string): Promise<string[]> {
    return this.inner.list(prefix);
  }

  digest(key: string): Promise<string | undefined> {
    return this.inner.digest(key);
  }

  copyFrom(uri: string, key: string): Promise<void> {
    return this.inner.copyFrom(uri, key);
  }

  uri(key: string): string {
    return this.inner.uri(key);
  }
}
