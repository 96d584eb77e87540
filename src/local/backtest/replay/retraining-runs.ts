import type { Json } from '../../../kernel/json';
import { MemoryWorkflowStarter } from '../../../runtime/adapters/memory/memory-workflow-starter';
import { artifactKeys, finishRetraining, type Ports, readRegistry, readVersion } from '../../../runtime/usecases';
import { writeJson } from '../../../runtime/usecases/json-artifact';

/** A run that is under way. Times in epoch seconds. */
interface Run {
  readonly name: string;
  readonly startedAt: number;
  readonly endsAt: number;
}

/**
 * Training runs that decisions have started: each lasts as long as training is taken to last, and ends well. What its model
 * would have answered nobody knows: the answers stay those that are recorded, and so do their reference and figures; only
 * what training has seen, and when, is that of the run.
 */
export class RetrainingRuns extends MemoryWorkflowStarter {
  private readonly underWay: Run[] = [];

  constructor(
    private readonly now: () => number,
    private readonly seconds: number,
  ) {
    super();
  }

  override async start(workflow: 'pipeline' | 'release', name: string, input: Json): Promise<boolean> {
    const started = await super.start(workflow, name, input);
    if (started) this.underWay.push({ name, startedAt: this.now(), endsAt: this.now() + this.seconds });
    return started;
  }

  /** The end of the first run that is under way by then; null for none. */
  dueBy(seconds: number): Run | null {
    return this.underWay.find(({ endsAt }) => endsAt <= seconds) ?? null;
  }

  /** Ends a run at the clock's time. */
  async finish(run: Run, ports: Ports, labelDelaySeconds: number): Promise<void> {
    this.underWay.splice(this.underWay.indexOf(run), 1);
    this.end('pipeline', run.name, 'succeeded');
    await finishRetraining(ports, run.name, 'succeeded');
    const { champion } = (await readRegistry(ports)).aliases;
    if (champion === null) return;
    const record = await readVersion(ports.artifacts, champion);
    const seen = Math.max(record.data.testToMs ?? 0, (run.startedAt - labelDelaySeconds) * 1000);
    await writeJson(ports.artifacts, artifactKeys.version(champion), {
      ...record,
      registeredAt: new Date(ports.clock.now() * 1000).toISOString(),
      data: { ...record.data, testToMs: seen, trainToMs: seen },
    });
  }
}
