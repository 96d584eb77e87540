import { OperationError } from '../../../kernel/problem';
import type { Deployment, ServingTarget, TrafficState } from '../../ports';

/** Serving in memory: deployments and percents, and nothing that answers. */
export class MemoryServingTarget implements ServingTarget {
  private readonly deployed = new Set<number>();
  private live: Record<number, number> = {};
  private mirrored: Record<number, number> = {};
  private revision = 0;

  async deploy({ version, first }: Deployment): Promise<void> {
    this.deployed.add(version);
    if (first && Object.keys(this.live).length === 0) this.live = { [version]: 100 };
    this.revision += 1;
  }

  async setTraffic(challenger: number, percent: number): Promise<void> {
    if (!this.deployed.has(challenger)) {
      if (percent === 0) return;
      throw refused(`version ${challenger} is not deployed`, 'deploy it first');
    }
    const champion = Object.keys(this.live)
      .map(Number)
      .find((version) => version !== challenger);
    if (champion === undefined && percent !== 100)
      throw refused('there is no other version for the rest', 'give the only version 100 %');
    this.live = { ...(champion !== undefined && { [champion]: 100 - percent }), [challenger]: percent };
    this.revision += 1;
  }

  async read(): Promise<TrafficState> {
    return {
      status: Object.keys(this.live).length === 0 ? 'absent' : 'ready',
      live: { ...this.live },
      mirrored: { ...this.mirrored },
      configuration: `revision-${this.revision}`,
    };
  }

  async mirror(version: number, percent: number): Promise<void> {
    const { [version]: _before, ...others } = this.mirrored;
    if (percent > 0 && !this.deployed.has(version))
      throw refused(`version ${version} is not deployed`, 'deploy it first');
    this.mirrored = percent > 0 ? { ...others, [version]: percent } : others;
  }

  async remove(version: number): Promise<void> {
    const { [version]: percent, ...others } = this.live;
    if ((percent ?? 0) > 0 && Object.keys(others).length > 0)
      throw refused(`version ${version} has ${percent} % of live traffic`, 'move its traffic first');
    this.live = others;
    const { [version]: _mirrored, ...mirrored } = this.mirrored;
    this.mirrored = mirrored;
    this.deployed.delete(version);
  }
}

const refused = (got: string, fix: string): OperationError =>
  new OperationError({ code: 'servingRefused', path: 'serving', got, expected: 'a change that can be made', fix });
