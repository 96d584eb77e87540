import { blockAt, type SpendState, type TrainingBlock } from '../core/retraining';
import { stateKeys } from './keys';
import type { Ports } from './ports';

type Reader = Pick<Ports, 'state' | 'model'>;

/** What is known of the model's spending; null while nothing was said. */
export async function readSpend({ state, model }: Reader): Promise<SpendState | null> {
  return ((await state.read(stateKeys.spend(model)))?.value as unknown as SpendState | undefined) ?? null;
}

/** The block of the model's training that holds now; null for none. */
export const readTrainingBlock = async (ports: Reader, nowSeconds: number): Promise<TrainingBlock | null> =>
  blockAt(await readSpend(ports), nowSeconds);
