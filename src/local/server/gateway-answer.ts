import type { GatewayServingTarget, LiveBatch } from '../../runtime/adapters/local/gateway-serving-target';
import type { Answer } from './platform-view';

/** Answers a client's request through a gateway, as `PlatformView.answer` has to. */
export async function answerThrough(
  gateway: Pick<GatewayServingTarget, 'answerLive'>,
  request: LiveBatch,
): Promise<Answer> {
  const served = await gateway.answerLive(request);
  if (served === null) {
    return { error: { code: 'nothingServes', text: 'no version has live traffic', version: null } };
  }
  const { version, invocation } = served;
  const { predictions, error } = invocation;
  if (predictions !== null) return { predictions, version };
  return { error: { code: 'invocationFailed', text: `version ${version}: ${error}`, version } };
}
