import type { Json } from '../../../../src/kernel/json';
import {
  unknownVersion,
  type VersionDecided,
  type VersionDecision,
} from '../../../../src/local/engine/version-decision';
import type { LocalEvent } from '../../../../src/local/report/progress-events';
import type { Answer, MetricQuery, PlatformView } from '../../../../src/local/server';

const at = '2024-02-01T00:00:00.000Z';

/** A platform of two models that answers `line` with twice the input `x`, and says what it was asked. */
export class FakeView implements PlatformView {
  readonly asked: { model: string; instances: readonly unknown[]; key: string | undefined }[] = [];
  readonly queries: unknown[] = [];
  readonly listeners = new Set<(event: LocalEvent) => void>();
  answers: (instances: readonly Readonly<Record<string, Json>>[]) => Promise<Answer> = async (instances) => ({
    predictions: instances.map(({ x }) => 2 * Number(x)),
    version: 7,
  });

  emit(...events: LocalEvent[]): void {
    for (const event of events) for (const listener of this.listeners) listener(event);
  }

  state() {
    const idle = { task: 'regression', mirrored: {}, alarms: [], runs: [], drift: null, quality: null, requests: 0 };
    return {
      platform: 'tiny',
      clock: at,
      start: at,
      end: '2024-03-01T00:00:00.000Z',
      phase: 'replay',
      speed: null,
      progressPercent: 12.5,
      models: {
        line: { ...idle, champion: 7, live: { 7: 75, 8: 25 }, requests: 42, drift: { at, verdict: 'ok' } },
        churn: { ...idle, champion: null, live: {} },
      },
    };
  }

  models() {
    return ['line', 'churn'];
  }

  async runs(model: string) {
    const run = { workflow: 'pipeline', name: `initial of ${model}`, outcome: 'succeeded', startedAt: at, endedAt: at };
    return [{ ...run, steps: [{ step: 'train', at }], next: 'registered', reason: null }];
  }

  async versions(model: string) {
    const gate = `passed for ${model}`;
    const [run, cause, state] = ['initial', 'initial', 'champion'];
    return [{ version: 7, state, registeredAt: at, run, cause, gate, metrics: { mae: 1.5 }, livePercent: 75 }];
  }

  async months(model: string) {
    this.queries.push(model);
    return [];
  }

  async metrics(query: MetricQuery) {
    this.queries.push(query);
    return [{ at, name: 'Quality', value: 1.5, dimensions: { Metric: 'mae' } }];
  }

  async alarms(model?: string) {
    const alarm = {
      at,
      id: 'quality',
      kind: 'qualityDecay',
      severity: 'ticket',
      firing: true,
      value: 9,
      summary: 'worse',
    };
    return ['line', 'churn']
      .filter((one) => model === undefined || one === model)
      .map((one) => ({ ...alarm, model: one }));
  }

  async decisions(model = 'line') {
    return [{ at, model, action: 'retrain', code: 'quality', cause: 'quality', text: 'quality has fallen' }];
  }

  async notifications() {
    return [{ at, severity: 'page', kind: 'endpointErrors', subject: 'line', text: 'errors', runbook: null }];
  }

  async ledger(from: number, limit: number) {
    return Array.from({ length: 3 }, (_, i) => ({ sequence: i + 1 }))
      .filter(({ sequence }) => sequence >= from)
      .slice(0, limit);
  }

  plan() {
    return { format: 1 };
  }

  findings() {
    return [];
  }

  readonly decided: { readonly model: string; readonly decision: VersionDecision }[] = [];
  async decide(model: string, decision: VersionDecision): Promise<VersionDecided> {
    this.decided.push({ model, decision });
    if (decision.version > 2) throw unknownVersion(model, decision.version, ['1', '2']);
    return { version: decision.version, decision: 'approved', reason: null, release: 'v2-approval' };
  }

  async answer(model: string, instances: readonly Readonly<Record<string, Json>>[], key?: string) {
    this.asked.push({ model, instances, key });
    return this.answers(instances);
  }

  subscribe(listener: (event: LocalEvent) => void) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

export const line = (text: string): LocalEvent => ({ kind: 'line', model: 'line', text });
