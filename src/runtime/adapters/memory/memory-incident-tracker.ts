import type { IncidentStatus, IncidentTracker, TrackedIncident } from '../../ports';

/** Incidents in memory; a test says what people do with them. */
export class MemoryIncidentTracker implements IncidentTracker {
  readonly howToTake = 'take it';
  readonly entries = new Map<string, TrackedIncident & { status: IncidentStatus }>();

  async open(incident: TrackedIncident): Promise<string> {
    for (const [id, { key, status }] of this.entries) if (key === incident.key && status !== 'resolved') return id;
    const id = `incident-${this.entries.size + 1}`;
    this.entries.set(id, { ...incident, status: 'open' });
    return id;
  }

  async status(id: string): Promise<IncidentStatus> {
    return this.entries.get(id)?.status ?? 'resolved';
  }

  async resolve(id: string): Promise<void> {
    const entry = this.entries.get(id);
    if (entry?.status === 'open') entry.status = 'resolved';
  }
}
