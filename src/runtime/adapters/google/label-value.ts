import { COST_LABEL, costOf } from '../../../contract/google';

/** A text as a label's key or value: lower case, digits, dashes and underscores, at most 63. */
export const labelValue = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, 63);

/** Labels of what a run makes: whom it costs, and what it is of. */
export const costLabels = (platform: string, model: string, run: string): Record<string, string> => ({
  platform: labelValue(platform),
  model: labelValue(model),
  [COST_LABEL]: labelValue(costOf(platform, model)),
  run: labelValue(run),
});
