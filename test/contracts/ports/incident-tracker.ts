import type { IncidentTracker, TrackedIncident } from '../../../src/runtime/ports';

/** A tracker, and what a person can do in the tool behind it. */
export interface TrackerUnderTest {
  readonly tracker: IncidentTracker;
  readonly take: (id: string) => void;
  readonly close: (id: string) => void;
}

export const incident = (key: string, changes: Partial<TrackedIncident> = {}): TrackedIncident => ({
  key,
  id: `open:${key}`,
  kind: 'endpointErrors',
  severity: 'page',
  text: 'more than 1 % of requests fail',
  runbook: 'https://runbooks.example.com/errors',
  openedAtSeconds: 1_767_225_600,
  postmortemDueAtSeconds: 1_767_657_600,
  ...changes,
});

/** The id of an entry; there is one. */
const opened = async (tracker: IncidentTracker, one: TrackedIncident): Promise<string> => {
  const id = await tracker.open(one);
  if (id === null) throw new Error('no entry was made');
  return id;
};

/** What every incident tracker does. */
export function incidentTrackerContract(name: string, make: () => Promise<TrackerUnderTest>): void {
  describe(`incident tracker: ${name}`, () => {
    it('has one entry a key while it is open or taken, and another one after that', async () => {
      const { tracker, take, close } = await make();
      const first = await opened(tracker, incident('a'));
      expect(await opened(tracker, incident('a', { id: 'again' }))).toBe(first);
      take(first);
      expect(await opened(tracker, incident('a'))).toBe(first);
      expect(await opened(tracker, incident('b'))).not.toBe(first);
      close(first);
      expect(await opened(tracker, incident('a'))).not.toBe(first);
    });

    it('says what people have done', async () => {
      const { tracker, take, close } = await make();
      const id = await opened(tracker, incident('a'));
      expect(await tracker.status(id)).toBe('open');
      take(id);
      expect(await tracker.status(id)).toBe('taken');
      close(id);
      expect(await tracker.status(id)).toBe('resolved');
    });

    it('closes what nobody has taken; what a person has is closed by that person', async () => {
      const { tracker, take } = await make();
      const [free, taken] = [await opened(tracker, incident('a')), await opened(tracker, incident('b'))];
      take(taken);
      for (const id of [free, taken, free]) await tracker.resolve(id);
      expect([await tracker.status(free), await tracker.status(taken)]).toEqual(['resolved', 'taken']);
    });
  });
}
