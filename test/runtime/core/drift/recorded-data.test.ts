import { join } from 'node:path';
import {
  employmentBacktest,
  RAINFALL_FEATURES,
  rainfallBacktest,
  readCsv,
} from '../../../../bench/decisions/drift-data';

const fixture = (name: string): Record<string, string>[] => readCsv(join(__dirname, '../../../fixtures/drift', name));

describe('rainfall: an upstream break rotates eight features by one from row 12,000 on', () => {
  const rows = fixture('rainfall.csv.gz');

  it.each([
    [2_000, 500],
    [4_000, 730],
    [6_000, 2_000],
  ])(
    'is found in the first window after it and not before: reference %i rows, windows of %i',
    (referenceRows, size) => {
      const { before, after } = rainfallBacktest(rows, referenceRows, size);
      expect(before.length).toBeGreaterThanOrEqual(3);
      expect(before.filter(({ identity }) => identity.pattern !== 'none')).toEqual([]);
      const { identity } = after[0]!;
      expect(identity.pattern).toBe('rotated');
      expect(identity.mapping.map(({ column, looksLike }) => [column, looksLike])).toEqual(
        RAINFALL_FEATURES.map((name, index) => [name, RAINFALL_FEATURES[(index + 1) % RAINFALL_FEATURES.length]]),
      );
      expect(identity.mapping.filter(({ proven }) => proven).map(({ column }) => column)).toContain('dew point');
      expect(after[0]!.explanation).toContain('dew point holds sea-level pressure');
      expect(after[0]!.verdict).not.toBe('ok');
    },
  );
});

describe('employment 2016–2018 against 2015: nothing drifts, nothing decays', () => {
  const rows = fixture('employment.csv.gz');

  it.each(['psi', 'jensenShannon', 'wasserstein'])(
    'raises no drift and no quality alarm in 36 monthly windows by %s',
    (method) => {
      const { verdicts, alarms, quality, concept } = employmentBacktest(rows, 12, { method });
      expect(verdicts).toHaveLength(36);
      expect(verdicts.every(({ rows: count }) => count >= 500)).toBe(true);
      expect(alarms).toBe(0);
      expect(
        verdicts.filter(({ outcome }) => outcome.dataBreach !== false || outcome.predictionBreach !== false),
      ).toEqual([]);
      expect(verdicts.filter(({ identity }) => identity.pattern !== 'none')).toEqual([]);
      expect(verdicts.flatMap(({ columns }) => columns.filter(({ verdict }) => verdict === 'critical'))).toEqual([]);
      expect(quality.filter(({ verdict }) => verdict === 'critical')).toEqual([]);
      expect(concept.filter(({ cause }) => cause !== 'none')).toEqual([]);
    },
  );

  it('alarms in the same windows when their labels are spoilt and when their inputs are', () => {
    const wrong = rows.map((row, index) =>
      row.year === '2018' && index % 4 === 0 ? { ...row, employed: row.employed === '1' ? '0' : '1' } : row,
    );
    const concept = employmentBacktest(wrong, 12).concept.map(({ cause }) => cause);
    expect(concept.slice(0, 24).every((cause) => cause === 'none')).toBe(true);
    expect(concept.slice(24).every((cause) => cause === 'conceptDrift')).toBe(true);
    const aged = rows.map((row) =>
      row.year === '2018' ? { ...row, AGEP: String(Number(row.AGEP) + 25), SCHL: '1', MAR: '1', RELP: '0' } : row,
    );
    const { alarms, verdicts } = employmentBacktest(aged, 12);
    expect(verdicts.slice(24).every(({ outcome }) => outcome.dataBreach === true)).toBe(true);
    expect(alarms).toBe(11);
  });
});
