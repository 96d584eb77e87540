import type { ModelDefinition } from '../../../src/definition/platform';
import type { ScenarioInput } from '../../../src/local/scenario/schema';
import { makeEvents } from '../../../src/local/stand-in/events';
import type { MadeEvent } from '../../../src/local/stand-in/made-event';
import { planRows } from '../../../src/local/stand-in/rows';
import { columnIdentity } from '../../../src/runtime/core/drift';
import { buildReferenceProfile } from '../../../src/runtime/core/drift/reference-profile';
import { measure, pairOf } from '../../../src/runtime/core/drift/statistics';
import { buildWindowProfile } from '../../../src/runtime/core/drift/window-profile';
import { bikes, churn, DAY, exampleModel, START, scenario } from './support/definitions';

jest.setTimeout(60_000);

const HOUR = 3600;
type Faults = NonNullable<ScenarioInput['faults']>;

const eventsOf = (model: ModelDefinition, faults: Faults, changes: Partial<ScenarioInput> = {}): MadeEvent[] => [
  ...makeEvents(
    planRows(model, 1),
    scenario({ history: '1d', duration: '3d', traffic: { eventsPerDay: 500 }, faults, ...changes }),
    START,
  ),
];
const within = (from: number, to: number) => (event: MadeEvent) =>
  event.happenedAt >= START + from && event.happenedAt < START + to;

describe('without faults', () => {
  test('events are evenly spaced over history and scenario, and arrive when they happen', () => {
    const events = eventsOf(bikes(), []);
    expect(events).toHaveLength(2000);
    expect(events[0]!.happenedAt).toBeGreaterThanOrEqual(START - DAY);
    expect(events.at(-1)!.happenedAt).toBeLessThan(START + 3 * DAY);
    for (const [at, event] of events.entries()) {
      if (at > 0) expect(event.happenedAt).toBeGreaterThan(events[at - 1]!.happenedAt);
      expect(event.arrivesAt).toBe(event.happenedAt);
      expect(event.labelAt).toBe(event.happenedAt + HOUR);
      expect(event.earlyLabel).toBeUndefined();
      expect(Date.parse(String(event.row['hour_start'])) / 1000).toBe(event.happenedAt);
      expect(event.meant).toBe(event.row);
      expect(Object.keys(event.instance)).toEqual(['temp', 'hum', 'windspeed', 'weathersit', 'hr', 'workingday']);
      expect(event.instance['temp']).toBe(event.row['temp']);
    }
  });

  test('labels are known after the scenario’s own delay where it has one', () => {
    const [event] = eventsOf(bikes(), [], { labels: { delay: '3d' } });
    expect(event!.labelAt - event!.happenedAt).toBe(3 * DAY);
  });
});

describe('a fault acts while it lasts, and on nothing else', () => {
  const plain = eventsOf(bikes(), []);
  const outside = (events: readonly MadeEvent[], from: number, to: number): void => {
    const keep = (event: MadeEvent): boolean => !within(from, to)(event);
    expect(events.filter(keep)).toEqual(plain.filter(keep));
  };
  const acts = (fault: Faults[number]): { events: MadeEvent[]; before: MadeEvent[]; hit: MadeEvent[] } => {
    const events = eventsOf(bikes(), [{ ...fault, at: '1d', for: '1d' } as Faults[number]]);
    outside(events, DAY, 2 * DAY);
    const hit = within(DAY, 2 * DAY);
    return { events, before: plain.filter(hit), hit: events.filter(hit) };
  };
  const share = (events: readonly MadeEvent[], of: (event: MadeEvent, place: number) => boolean): number =>
    events.filter(of).length / events.length;

  test('staleFeed', () => {
    expect(acts({ kind: 'staleFeed' }).hit).toEqual([]);
  });

  test('duplicateEvents', () => {
    const { hit, before } = acts({ kind: 'duplicateEvents', percent: 30 });
    const copies = hit.length - before.length;
    expect(copies / before.length).toBeGreaterThan(0.24);
    expect(copies / before.length).toBeLessThan(0.36);
    expect([...new Set(hit)]).toEqual(before);
    expect(acts({ kind: 'duplicateEvents' }).hit).toHaveLength(2 * before.length);
  });

  test('lateEvents', () => {
    const { hit, before } = acts({ kind: 'lateEvents', by: '6h', percent: 50 });
    const late = (event: MadeEvent): boolean => event.arrivesAt === event.happenedAt + 6 * HOUR;
    expect(share(hit, late)).toBeGreaterThan(0.43);
    expect(share(hit, late)).toBeLessThan(0.57);
    for (const [place, event] of hit.entries()) {
      expect(event.row).toEqual(before[place]!.row);
      expect(late(event) || event.arrivesAt === event.happenedAt).toBe(true);
      // No label is known before its event.
      expect(event.labelAt).toBe(Math.max(event.happenedAt + HOUR, event.arrivesAt));
    }
  });

  test('lateLabels', () => {
    const { hit } = acts({ kind: 'lateLabels', by: '3d', percent: 40 });
    const late = (event: MadeEvent): boolean => event.labelAt === event.happenedAt + HOUR + 3 * DAY;
    expect(share(hit, late)).toBeGreaterThan(0.33);
    expect(share(hit, late)).toBeLessThan(0.47);
    expect(hit.every((event) => late(event) || event.labelAt === event.happenedAt + HOUR)).toBe(true);
    expect(hit.every((event) => event.arrivesAt === event.happenedAt)).toBe(true);
  });

  test('earlyLabels', () => {
    const { hit, before } = acts({ kind: 'earlyLabels', percent: 60 });
    expect(share(hit, ({ earlyLabel }) => earlyLabel === 0)).toBeGreaterThan(0.53);
    expect(hit.map(({ row, labelAt }) => [row, labelAt])).toEqual(before.map(({ row, labelAt }) => [row, labelAt]));
    const binary = eventsOf(churn(), [{ kind: 'earlyLabels' }]).filter(within(0, DAY));
    expect(new Set(binary.map(({ earlyLabel }) => earlyLabel))).toEqual(new Set(['no']));
  });

  test('clockSkew', () => {
    const { hit } = acts({ kind: 'clockSkew', seconds: -7200 });
    for (const event of hit) {
      expect(Date.parse(String(event.row['hour_start'])) / 1000).toBe(event.happenedAt - 7200);
      expect(Date.parse(String(event.meant['hour_start'])) / 1000).toBe(event.happenedAt);
      expect(event.arrivesAt).toBe(event.happenedAt);
    }
  });

  test('missingColumn', () => {
    // The column that is critical, where none is named.
    const { hit, before } = acts({ kind: 'missingColumn', percent: 25 });
    expect(share(hit, ({ row }) => row['temp'] === null)).toBeGreaterThan(0.2);
    expect(share(hit, ({ row }) => row['temp'] === null)).toBeLessThan(0.3);
    expect(hit.map(({ meant }) => meant)).toEqual(before.map(({ meant }) => meant));
    const named = acts({ kind: 'missingColumn', column: 'weathersit' }).hit;
    expect(share(named, ({ instance }) => instance['weathersit'] === null)).toBe(1);
    expect(() => acts({ kind: 'missingColumn', column: 'bikers' })).toThrow(/temp, hum/);
  });

  test('columnRotation', () => {
    const { hit, before } = acts({ kind: 'columnRotation' });
    for (const [place, { row, meant }] of hit.entries()) {
      const { temp, hum, windspeed, ...rest } = before[place]!.row;
      expect(row).toEqual({ ...rest, hum: temp, windspeed: hum, temp: windspeed });
      expect(meant).toEqual(before[place]!.row);
    }
  });

  test('columnRotation between an integer and a number keeps their types', () => {
    const columns = { 'data.columns.fee': { type: 'number', min: 2, max: 9 } };
    const hit = eventsOf(churn(columns), [{ kind: 'columnRotation' }]).filter(within(0, DAY));
    for (const { row, meant } of hit) {
      expect(row['fee']).toBe(meant['tenure_months']);
      expect(row['tenure_months']).toBe(Math.round(Number(meant['fee'])));
    }
    expect(() => eventsOf(churn(), [{ kind: 'columnRotation' }])).toThrow(/two numeric features/);
  });

  test('covariateShift moves the feature, and the label with it', () => {
    const { hit, before } = acts({ kind: 'covariateShift', by: 2 });
    const moved = hit.map(({ row }, place) => Number(row['temp']) - Number(before[place]!.row['temp']));
    expect(Math.min(...moved)).toBeGreaterThanOrEqual(0);
    expect(hit.every(({ row }) => Number(row['temp']) <= 1)).toBe(true);
    const label = (events: readonly MadeEvent[]): number =>
      events.reduce((sum, { row }) => sum + Number(row['bikers']), 0) / events.length;
    expect(Math.abs(label(hit) - label(before))).toBeGreaterThan(40);
    expect(hit.map(({ row }) => row['hum'])).toEqual(before.map(({ row }) => row['hum']));
    // A category moves towards its last value.
    const named = acts({ kind: 'covariateShift', column: 'weathersit', by: 1 }).hit;
    expect(share(named, ({ row }) => row['weathersit'] === 'heavy rain/snow')).toBeGreaterThan(0.4);
  });

  test('conceptShift changes labels alone; by nothing it changes nothing', () => {
    const { hit, before } = acts({ kind: 'conceptShift', by: 2 });
    expect(hit.map(({ instance }) => instance)).toEqual(before.map(({ instance }) => instance));
    const mean = 390;
    const turned = hit.filter(
      ({ row }, place) => (Number(row['bikers']) - mean) * (Number(before[place]!.row['bikers']) - mean) < 0,
    );
    expect(turned.length / hit.length).toBeGreaterThan(0.75);
    expect(acts({ kind: 'conceptShift', by: 0 }).hit).toEqual(before);
  });
});

describe('what drift sees of made-up features', () => {
  const ROWS = 5000;
  const SPAN = { start: '2026-01-01T00:00:00Z', end: '2026-01-11T00:00:00Z' };
  const seen = (model: ModelDefinition, faults: Faults) => {
    const events = eventsOf(model, faults, { history: '10d', duration: '10d' });
    const columns = Object.entries(model.data.columns)
      .filter(([name]) => events[0]!.instance[name] !== undefined)
      .map(([name, { type }]) => ({ name, type: type as 'number' }));
    const rows = (part: readonly MadeEvent[]) => part.map(({ instance }) => instance);
    const reference = buildReferenceProfile(rows(events.slice(0, ROWS)), columns, {
      origin: { dataDigest: 'sha256:0', source: 'training' },
      bins: 10,
    });
    const window = buildWindowProfile(rows(events.slice(ROWS)), reference, SPAN);
    expect([reference.rows, window.rows]).toEqual([ROWS, ROWS]);
    const psi = Object.fromEntries(
      reference.columns.map((one, at) => [one.name, measure(pairOf(one, window.columns[at]!)!, 'psi', 0.01).statistic]),
    );
    return { psi, identity: columnIdentity(reference, window, 0.001) };
  };

  test.each([
    ['the example', exampleModel],
    ['valid-scale', async () => bikes()],
    ['valid-foundation', async () => churn()],
  ])('nothing without a fault, a shift by two deviations: %s', async (_, load) => {
    const model = await load();
    const calm = seen(model, []);
    for (const statistic of Object.values(calm.psi)) expect(statistic).toBeLessThan(0.02);
    expect(calm.identity.pattern).toBe('none');
    for (const column of Object.keys(calm.psi)) {
      const { psi } = seen(model, [{ kind: 'covariateShift', column, by: 2 }]);
      for (const [name, statistic] of Object.entries(psi)) {
        if (name === column) expect([name, statistic > 0.2]).toEqual([name, true]);
        else expect(statistic).toBeLessThan(0.02);
      }
    }
  });

  test('rotated columns look like each other', () => {
    const { identity } = seen(bikes(), [{ kind: 'columnRotation' }]);
    expect(identity.pattern).not.toBe('none');
    expect(identity.mapping.map(({ column, looksLike }) => [column, looksLike])).toEqual([
      ['temp', 'windspeed'],
      ['hum', 'temp'],
      ['windspeed', 'hum'],
    ]);
  });
});
