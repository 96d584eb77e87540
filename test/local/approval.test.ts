import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { LocalPlatform } from '../../src/local';
import { type LocalServer, startServer } from '../../src/local/server';
import { readRegistry } from '../../src/runtime/usecases';
import { tinyPlatform } from './support/tiny-platform';

/** A tiny platform whose versions wait for one of two people; the training is started by `local`. */
function withApprovers(): { readonly file: string; readonly base: string } {
  const { file, base } = tinyPlatform({ retraining: 'scheduled' });
  const definition = JSON.parse(readFileSync(file, 'utf8'));
  definition.models.line.evaluation.approval = 'manual';
  definition.governance = { approvers: ['ann@example.com', 'local'] };
  writeFileSync(file, JSON.stringify(definition));
  return { file, base };
}

describe('a platform whose versions wait for a person', () => {
  const { file, base } = withApprovers();

  let platform: LocalPlatform;
  let server: LocalServer;
  const open = async (): Promise<void> => {
    platform = await LocalPlatform.open({ file, end: '2024-02-09T00:00:00Z' });
    server = await startServer({ view: platform.view(), port: 0 });
  };
  const close = async (): Promise<void> => {
    await server.close();
    await platform.close();
  };
  beforeAll(open);
  afterAll(async () => {
    await close();
    rmSync(base, { recursive: true, force: true });
  });
  const champion = async () => (await readRegistry(platform.model('line').ports)).aliases.champion;
  const pipelines = () =>
    platform
      .model('line')
      .runs.all()
      .filter(({ workflow }) => workflow === 'pipeline').length;

  it('trains once, tells people, and lets no time pass', async () => {
    const { models, outcome } = await platform.run();
    expect({ outcome, waiting: models['line']!.waiting, champion: await champion() }).toEqual({
      outcome: 'failed',
      waiting: 1,
      champion: null,
    });
    expect(await platform.view().notifications()).toMatchObject([{ kind: 'approvalNeeded' }]);
    await close();
    await open();
    await platform.run();
    expect(pipelines()).toBe(1);
  }, 30_000);

  it('does not take a no-matter-who for an approver, nor who started the training', async () => {
    const decide = (by: string) => platform.decide('line', { version: 1, decision: 'approve', by });
    expect(await decide('eve@example.com')).toMatchObject({ decision: 'refused', reason: 'notAnApprover' });
    expect(await decide('local')).toMatchObject({ decision: 'refused', reason: 'separationOfDuties' });
    await platform.run();
    expect(await champion()).toBeNull();
  });

  it('releases what an approver lets go on, over HTTP too, and time passes', async () => {
    const url = (version: number) => `api/models/line/versions/${version}/decision`;
    const body = { decision: 'approve', by: 'ann@example.com' };
    const ask = (version: number, what: object) =>
      fetch(`${server.url}/${url(version)}`, {
        method: 'POST',
        body: JSON.stringify(what),
        headers: { 'content-type': 'application/json' },
      });
    expect((await ask(7, body)).status).toBe(404);
    expect(await (await ask(1, { decision: 'perhaps', by: 'ann@example.com' })).json()).toMatchObject({
      error: { code: 'malformedDecision', path: 'decision' },
    });
    expect(await (await ask(1, body)).json()).toMatchObject({ decision: 'approved' });
    const { outcome, models } = await platform.run();
    expect({ outcome, waiting: models['line']!.waiting, champion: await champion() }).toEqual({
      outcome: 'done',
      waiting: 2,
      champion: '1',
    });
  }, 60_000);
});
