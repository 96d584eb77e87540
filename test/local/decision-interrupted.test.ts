import { rmSync } from 'node:fs';
import { LocalPlatform } from '../../src/local';
import { ledgerLines } from '../../src/runtime/adapters/local/file-ledger-store';
import { parseRecordText } from '../../src/runtime/core/ledger';
import { tinyPlatform } from './support/tiny-platform';

const END = '2024-02-09T00:00:00Z';

/** What the ledger tells, in order: when, and what. */
const told = (dir: string): string[] =>
  ledgerLines(`${dir}/ledger`).map((line) => {
    const { at, action, version, verdict } = parseRecordText(line)!;
    return [at, action, version, verdict].join(' ');
  });

describe('a platform that dies after a decision to retrain was taken, and before anybody was told', () => {
  const worlds = [tinyPlatform({ retraining: 'scheduled' }), tinyPlatform({ retraining: 'scheduled' })] as const;
  const [whole, killed] = worlds;
  afterAll(() => {
    for (const { base } of worlds) rmSync(base, { recursive: true, force: true });
  });

  it('carries it out at its own time, not at the first instant after it has come back', async () => {
    const alone = await LocalPlatform.open({ file: whole.file, end: END });
    await alone.run();
    await alone.close();

    const dying = await LocalPlatform.open({ file: killed.file, end: END });
    const { ledger } = dying.model('line').ports;
    const append = ledger.append.bind(ledger);
    jest.spyOn(ledger, 'append').mockImplementation((number, record) => {
      const { action } = record as { readonly action?: string };
      return action === 'decideRetraining' ? Promise.reject(new Error('power cut')) : append(number, record);
    });
    await expect(dying.run()).rejects.toThrow('power cut');
    await dying.close();
    expect(told(killed.dir).join('\n')).not.toContain('decideRetraining');

    const again = await LocalPlatform.open({ file: killed.file, end: END });
    await again.run();
    await again.close();
    expect(told(killed.dir)).toContain('2024-02-08T00:00:00.000Z decideRetraining 1 retrain');
    expect(told(killed.dir)).toEqual(told(whole.dir));
  }, 60_000);
});
