import type { Problem } from '../../kernel/problem';
import { type Stage, stageIncludes } from '../../kernel/stages';
import { asMap, type RawMap } from '../raw';
import { problem } from './context';

interface Required {
  readonly stage: Stage;
  readonly path: readonly string[];
}

/** What each stage asks of the platform; delivery and incidents are required by the schema itself. */
export const REQUIRED_OF_PLATFORM: readonly Required[] = [{ stage: 'scale', path: ['budget'] }];

/** What each stage asks of every model. */
export const REQUIRED_OF_MODEL: readonly Required[] = [
  { stage: 'foundation', path: ['data'] },
  { stage: 'foundation', path: ['training'] },
  { stage: 'foundation', path: ['serving'] },
  { stage: 'foundation', path: ['monitoring'] },
  { stage: 'foundation', path: ['monitoring', 'latency'] },
  { stage: 'foundation', path: ['monitoring', 'errors'] },
  { stage: 'core', path: ['evaluation'] },
  { stage: 'core', path: ['release'] },
  { stage: 'core', path: ['monitoring', 'drift'] },
  { stage: 'core', path: ['monitoring', 'quality'] },
  { stage: 'scale', path: ['retraining'] },
  { stage: 'scale', path: ['budget'] },
];

/** Sections that the stage asks for and that are not there. */
export function stageRules(platform: RawMap, stage: Stage): Problem[] {
  const models = asMap(platform['models']) ?? {};
  const approvers = asMap(platform['governance'])?.['approvers'];
  return [
    ...missingOf(platform, REQUIRED_OF_PLATFORM, [], stage),
    ...(stageIncludes(stage, 'scale') &&
    (approvers === undefined || (Array.isArray(approvers) && approvers.length === 0))
      ? [stageProblem(['governance', 'approvers'], 'scale', stage)]
      : []),
    ...Object.entries(models).flatMap(([name, model]) => {
      const map = asMap(model);
      return map ? missingOf(map, REQUIRED_OF_MODEL, ['models', name], stage) : [];
    }),
  ];
}

function missingOf(map: RawMap, required: readonly Required[], base: readonly string[], stage: Stage): Problem[] {
  return required
    .filter((one) => stageIncludes(stage, one.stage))
    .flatMap(({ path, stage: from }) => {
      const parent = path.length === 1 ? map : asMap(map[path[0]!]);
      // A missing parent is reported by its own row; a parent of a wrong type by the schema.
      if (parent === undefined || parent[path.at(-1)!] !== undefined) return [];
      return [stageProblem([...base, ...path], from, stage)];
    });
}

const stageProblem = (path: readonly string[], from: Stage, stage: Stage): Problem =>
  problem(
    'stageAsksFor',
    path,
    undefined,
    `a section that is required from stage ${from} on`,
    stage === from
      ? `add ${path.at(-1)}, or lower the platform's stage`
      : `add ${path.at(-1)}: stage ${stage} includes ${from}`,
  );
