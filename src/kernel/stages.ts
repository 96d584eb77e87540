/** Stages of the roadmap, each includes the one before. */
export const STAGES = ['foundation', 'core', 'scale'] as const;
export type Stage = (typeof STAGES)[number];

/** True when `stage` asks for what `required` asks for. */
export function stageIncludes(stage: Stage, required: Stage): boolean {
  return STAGES.indexOf(stage) >= STAGES.indexOf(required);
}
