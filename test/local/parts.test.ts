import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monthFrom, nextMonth } from '../../src/local/data/calendar';
import { cleanDataDir, dataPaths, openDataDir, saveProgress } from '../../src/local/data/data-dir';
import { agenda } from '../../src/local/engine/agenda';
import { choose } from '../../src/local/engine/step-runner';
import type { ChoiceStep } from '../../src/plan/step-graph';

const at = (text: string): number => Date.parse(text) / 1000;

describe('the agenda', () => {
  it('gives the instants of all schedules in order, those at one instant together', () => {
    const entries = [
      { schedule: { every: '12h' as const }, what: 'drift' },
      { schedule: { every: '1d' as const }, what: 'quality' },
      { schedule: { cron: '0 3 * * 1', timeZone: 'Europe/Berlin' }, what: 'retraining' },
    ];
    const due = [...agenda(entries, at('2011-03-06T00:00:00Z'), at('2011-03-07T12:00:00Z'))];
    expect(due.map((one) => [new Date(one.at * 1000).toISOString().slice(0, 16), ...one.what])).toEqual([
      ['2011-03-06T12:00', 'drift'],
      ['2011-03-07T00:00', 'drift', 'quality'],
      ['2011-03-07T02:00', 'retraining'],
      ['2011-03-07T12:00', 'drift'],
    ]);
  });

  it('ends where a schedule ends, and is empty without one', () => {
    expect([...agenda([], 0, 1e9)]).toEqual([]);
    expect([...agenda([{ schedule: { every: '1h' as const }, what: 1 }], 0, 3599)]).toEqual([]);
  });
});

describe('the calendar', () => {
  it('knows months, the turn of the year and an instant that is a begin itself', () => {
    expect(monthFrom(at('2011-03-01T00:00:00Z'))).toBe(at('2011-03-01T00:00:00Z'));
    expect(monthFrom(at('2011-03-01T00:00:01Z'))).toBe(at('2011-04-01T00:00:00Z'));
    expect(nextMonth(at('2011-12-31T23:59:59Z'))).toBe(at('2012-01-01T00:00:00Z'));
  });
});

describe('a choice', () => {
  const step = (on: string): ChoiceStep => ({
    kind: 'choice',
    id: 'c',
    describe: '',
    on,
    cases: [
      { equals: 'pass', next: 'go' },
      { equals: true, next: 'yes' },
    ],
    otherwise: 'no',
  });

  it('goes by a text or a truth value, and a path that is not there takes otherwise', () => {
    expect(choose(step('gate.verdict'), { gate: { verdict: 'pass' } })).toBe('go');
    expect(choose(step('gate.ok'), { gate: { ok: true } })).toBe('yes');
    for (const gate of [undefined, null, 'pass', ['pass'], { verdict: 'true' }]) {
      expect(choose(step('gate.verdict'), gate === undefined ? {} : { gate })).toBe('no');
    }
    expect(choose(step('constructor.name'), {})).toBe('no');
  });
});

describe('a data folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'mlp-dir-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is only removed when it is one of ours', () => {
    const foreign = join(root, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'thesis.tex'), 'years of work');
    expect(() => cleanDataDir(dataPaths(foreign))).toThrow('notOurFolder');
    const ours = dataPaths(join(root, 'ours'));
    openDataDir(ours, 'x');
    saveProgress(ours, { format: 2, identity: 'x', start: 0, cursor: 0, phase: 'training', alarms: {} });
    cleanDataDir(ours);
    expect(openDataDir(ours, 'other').progress).toBeNull();
  });

  it('is refused when its ledger was changed, or its progress', () => {
    const paths = dataPaths(join(root, 'broken'));
    openDataDir(paths, 'x');
    mkdirSync(paths.ledger);
    writeFileSync(join(paths.ledger, '0000000001.json'), '{"action":"promote"}');
    expect(() => openDataDir(paths, 'x')).toThrow('ledgerBroken');
    rmSync(paths.ledger, { recursive: true });
    writeFileSync(paths.progress, '{"format":2,');
    expect(() => openDataDir(paths, 'x')).toThrow('localStateMalformed');
  });

  it('counts and removes what was never finished', () => {
    const paths = dataPaths(join(root, 'swept'));
    openDataDir(paths, 'x');
    mkdirSync(join(paths.state, 'registry/m'), { recursive: true });
    writeFileSync(join(paths.state, 'registry/m/.unfinished-1-1'), '{');
    expect(openDataDir(paths, 'x').unfinishedFiles).toBe(1);
    expect(openDataDir(paths, 'x').unfinishedFiles).toBe(0);
  });
});
