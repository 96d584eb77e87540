import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TASKS } from '../../kernel/metric-catalogue';
import { OperationError } from '../../kernel/problem';
import type { StandInModel } from './learner';

/** The only file of a model folder. */
export const MODEL_FILE = 'model.json';

/** A model as bytes; `broken`: as a trainer leaves it that was cut off. */
export function modelBytes(model: StandInModel, broken = false): Uint8Array {
  const text = `${JSON.stringify(model)}\n`;
  return new TextEncoder().encode(broken ? text.slice(0, Math.floor(text.length / 2)) : text);
}

/**
 * Reads the model of a folder.
 * @throws OperationError `serverFailed`, as a server that does not come up, when there is none or it cannot be read
 */
export function loadModel(modelDir: string): StandInModel {
  const path = join(modelDir, MODEL_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw doesNotLoad(path, (error as NodeJS.ErrnoException).code ?? (error as Error).message);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw doesNotLoad(path, (error as Error).message);
  }
  if (isModel(value)) return value;
  throw doesNotLoad(path, 'another document than a stand-in’s model');
}

function isModel(value: unknown): value is StandInModel {
  if (typeof value !== 'object' || value === null) return false;
  const { format, task, trainedAt, inputs, outputs } = value as Partial<StandInModel>;
  const isKnown = format === 'mlp-stand-in/1' && TASKS.some((one) => one === task);
  return isKnown && typeof trainedAt === 'number' && Array.isArray(inputs) && Array.isArray(outputs);
}

const doesNotLoad = (path: string, got: string): OperationError =>
  new OperationError({
    code: 'serverFailed',
    path,
    got: `the server ended: the model does not load (${got})`,
    expected: 'the model that the stand-in trainer writes',
    fix: 'train again',
  });
