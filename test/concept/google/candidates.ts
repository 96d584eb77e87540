import type { Account } from '../../google/execution/account';
import type { Gate } from './gate';
import type { ModelServers } from './model-servers';

const PREDICT = /\/v1\/(projects\/[^:]+\/endpoints\/[^/:]+):predict$/;

/** Candidates on endpoints of their own answer as the definition's server does, before they are registered. */
export function answering(account: Account, servers: ModelServers, gate: Gate): void {
  const answer = account.fetch;
  const fetch: typeof answer = async (url, request) => {
    const endpoint = PREDICT.exec(url)?.[1];
    if (endpoint === undefined) return answer(url, request);
    const [deployed] = account.endpoints.all.get(endpoint)!.deployed;
    const [version] = account.models.all.get(String(deployed!['model']))!;
    const { instances } = JSON.parse(Buffer.from(request.body!).toString('utf8'));
    let reply: Awaited<ReturnType<ModelServers['ask']>> | undefined;
    gate.work(async () => {
      reply = await servers.ask(String(version!.model['artifactUri']), instances);
    });
    await gate.passed();
    const { predictions, error } = reply!;
    const body = new TextEncoder().encode(JSON.stringify({ predictions, error }));
    return { status: error === null ? 200 : 500, arrayBuffer: async () => new Uint8Array(body).buffer };
  };
  Object.assign(account, { fetch });
}
