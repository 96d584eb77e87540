import { durationSeconds, isDuration } from '../kernel/duration';

export type ChangeClass = 'loosens' | 'replaces' | 'costsMore' | 'harmless';

/** What a change of a field means; the first rule that matches the path and says something wins. */
export interface DiffRule {
  readonly path: RegExp;
  readonly judge: (
    before: unknown,
    after: unknown,
  ) => { readonly class: ChangeClass; readonly why: string } | undefined;
}

/** Numbers and durations on one scale; undefined for anything else. */
const size = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : isDuration(value) ? durationSeconds(value) : undefined;

const compare = (before: unknown, after: unknown): number | undefined => {
  const [a, b] = [size(before), size(after)];
  return a === undefined || b === undefined ? undefined : b - a;
};

/** An upper bound: higher tolerates more, and so does taking it away. */
const ceiling =
  (what: string): DiffRule['judge'] =>
  (before, after) => {
    if (before !== undefined && after === undefined) return { class: 'loosens', why: `${what} is no longer limited` };
    const change = compare(before, after);
    return change !== undefined && change > 0 ? { class: 'loosens', why: `${what} may be higher` } : undefined;
  };

/** A lower bound: lower tolerates more, and so does taking it away. */
const floor =
  (what: string): DiffRule['judge'] =>
  (before, after) => {
    if (before !== undefined && after === undefined) return { class: 'loosens', why: `${what} is no longer asked for` };
    const change = compare(before, after);
    return change !== undefined && change < 0 ? { class: 'loosens', why: `${what} may be lower` } : undefined;
  };

const removed =
  (what: string): DiffRule['judge'] =>
  (before, after) =>
    before !== undefined && after === undefined ? { class: 'loosens', why: `${what} is gone` } : undefined;
const to =
  (value: unknown, kind: ChangeClass, why: string): DiffRule['judge'] =>
  (_before, after) =>
    after === value ? { class: kind, why } : undefined;
const any =
  (kind: ChangeClass, why: string): DiffRule['judge'] =>
  () => ({ class: kind, why });
const more =
  (why: string): DiffRule['judge'] =>
  (before, after) =>
    (compare(before, after) ?? 0) > 0 ? { class: 'costsMore', why } : undefined;
const oftener =
  (why: string): DiffRule['judge'] =>
  (before, after) =>
    (compare(before, after) ?? 0) < 0 ? { class: 'costsMore', why } : undefined;

/** From strict to lax. */
const ranked =
  (order: readonly string[], why: string): DiffRule['judge'] =>
  (before, after) => {
    const [a, b] = [order.indexOf(String(before)), order.indexOf(String(after ?? order[0]))];
    return b > a && b >= 0 ? { class: 'loosens', why } : undefined;
  };

const M = '^models\\.[^.]+\\.';
const model = (path: string): RegExp => new RegExp(M + path);

/** In the order in which they are tried. */
export const DIFF_RULES: readonly DiffRule[] = [
  { path: /^name$/, judge: any('replaces', 'the name is part of every physical name') },
  {
    path: /^environments\.[^.]+\.(aws|google)\b/,
    judge: any('replaces', 'stateful resources would be made anew in another account, project or region'),
  },
  { path: /^security\.encryption$/, judge: any('replaces', 'stores are encrypted with another key') },
  { path: /^security\.network$/, judge: any('replaces', 'endpoints and jobs move to another network') },
  {
    path: /^models\.[^.]+$/,
    judge: (before) =>
      before === undefined
        ? { class: 'costsMore', why: 'one more model' }
        : { class: 'replaces', why: 'the model, its endpoint and its alarms go' },
  },
  { path: model('task$'), judge: any('replaces', 'versions of another task cannot be compared') },

  { path: /^stage$/, judge: ranked(['scale', 'core', 'foundation'], 'a lower stage asks for less') },
  { path: /(^|\.)approval$/, judge: to('automatic', 'loosens', 'no person approves any more') },
  {
    path: /^governance\.approvers$/,
    judge: (before, after) =>
      listOf(before).length > 0 && listOf(after).length === 0
        ? { class: 'loosens', why: 'anybody may approve' }
        : listOf(after).some((one) => !listOf(before).includes(one))
          ? { class: 'loosens', why: 'more people may approve' }
          : undefined,
  },
  {
    path: /^governance\.separationOfDuties$/,
    judge: to(false, 'loosens', 'who started a training may approve its model'),
  },
  { path: /^governance\.auditRetention$/, judge: floor('how long records are kept') },
  {
    path: /^governance\.acknowledge/,
    judge: (_before, after) => (after === undefined ? undefined : { class: 'loosens', why: 'a finding is accepted' }),
  },
  {
    path: /^security\.(modelIntegrity|deletionProtection)$/,
    judge: to(false, 'loosens', 'a protection is switched off'),
  },
  { path: /^incidents\.contacts/, judge: removed('a contact or one of its severities') },
  { path: /^incidents\.(escalateAfter|postmortem\.dueWithin)$/, judge: ceiling('the time to react') },

  {
    path: model('data\\.checks\\.'),
    judge: ranked(['fail', 'quarantine', 'warn', 'off'], 'a data rule does less when it is violated'),
  },
  {
    path: model('data\\.onViolation$'),
    judge: ranked(['fail', 'quarantine', 'warn'], 'violations have a milder consequence'),
  },
  { path: model('data\\.columns\\.[^.]+\\.min$'), judge: floor('the least value') },
  {
    path: model('data\\.columns\\.[^.]+\\.(max|maxMissingPercent|maxUnseenPercent)$'),
    judge: ceiling('what a column may hold'),
  },
  {
    path: model('data\\.columns\\.[^.]+\\.(critical|unique)$'),
    judge: to(false, 'loosens', 'a column is watched less strictly'),
  },
  { path: model('data\\.columns\\.[^.]+\\.drift$'), judge: to(false, 'loosens', 'a column is no longer watched') },
  { path: model('data\\.minRows$'), judge: floor('the number of rows') },
  { path: model('data\\.(freshness|maxRowChangePercent)$'), judge: ceiling('the age or the change of the data') },
  { path: model('data\\.expressions'), judge: removed('a rule across columns') },

  { path: model('evaluation$'), judge: removed('the evaluation gate') },
  { path: model('evaluation\\..*\\.min$'), judge: floor('a metric') },
  { path: model('evaluation\\..*\\.(max|margin|maxGap|maxLatencyP99)$'), judge: ceiling('a metric') },
  { path: model('evaluation\\.(metrics|slices|fairness)'), judge: removed('a bound of the gate') },
  { path: model('evaluation\\.(confidencePercent|minRows)$'), judge: floor('the certainty of the gate') },
  { path: model('evaluation\\.slices\\..*\\.required$'), judge: to(false, 'loosens', 'a slice may be missing') },
  {
    path: model('evaluation\\..*\\.mode$'),
    judge: to('nonInferior', 'loosens', 'a candidate need not be better any more'),
  },

  {
    path: model('release\\.strategy$'),
    judge: ranked(['canary', 'linear', 'blueGreen', 'allAtOnce'], 'more users meet a version before it was measured'),
  },
  { path: model('release\\.rollback$'), judge: to('manual', 'loosens', 'nothing takes a bad release back by itself') },
  { path: model('release\\.shadow$'), judge: removed('the shadow phase') },
  { path: model('release\\.shadow\\.(duration|percent)$'), judge: floor('the shadow phase') },
  {
    path: model('release\\.(steps\\.\\d+\\.hold|linear\\.hold|finalHold)$'),
    judge: floor('how long a step is watched'),
  },
  {
    path: model('release\\.(steps\\.\\d+\\.percent|linear\\.stepPercent)$'),
    judge: ceiling('the share of users in a step'),
  },
  { path: model('release\\.steps\\.\\d+$'), judge: removed('a step') },
  { path: model('release\\.analysis\\.minRequests$'), judge: floor('the evidence of a look') },
  {
    path: model('release\\.(analysis|shadow)\\.(alpha|every|fail|provider|max)'),
    judge: ceiling('a limit of the analysis'),
  },

  {
    path: model('monitoring\\.(availability\\.targetPercent|pipelineSuccess\\.minPercent)$'),
    judge: floor('an objective'),
  },
  { path: model('monitoring\\.quality\\..*\\.min$'), judge: floor('quality') },
  {
    path: model('monitoring\\.quality\\.(minLabels|window)$'),
    judge: ceiling('what is needed before quality is decided'),
  },
  {
    path: model('monitoring\\.drift\\.(predictions)$'),
    judge: to(false, 'loosens', 'predictions are no longer watched'),
  },
  {
    path: model('monitoring\\..*schedule\\.every$'),
    judge: (before, after) =>
      oftener('monitoring runs more often')(before, after) ?? ceiling('the time between two looks')(before, after),
  },
  {
    path: model(
      'monitoring\\.(latency|errors|freshness|costPerPrediction|drift\\.(warning|critical|minRows|maxDrifted|breaches\\.windows)|quality\\..*\\.max)',
    ),
    judge: ceiling('an alarm’s limit'),
  },
  { path: model('monitoring'), judge: removed('something that was watched') },

  {
    path: model('serving\\.capturePercent$'),
    judge: (before, after) =>
      floor('the share of requests that is kept')(before, after) ?? more('more requests are kept')(before, after),
  },
  { path: model('serving\\.instances\\.(min|max)$'), judge: more('more machines') },
  {
    path: model('(serving|training)\\.compute'),
    judge: any('costsMore', 'another machine may cost more: see the prices'),
  },
  { path: model('training\\.spot$'), judge: to(false, 'costsMore', 'training on demand costs more') },
  { path: model('training\\.maxDuration$'), judge: more('a run may take longer') },
  { path: model('retraining\\.(maxRuns\\.count|maxCostPerRun)$'), judge: more('more or dearer runs') },
  { path: model('retraining\\.(cooldown|schedule\\.every)$'), judge: oftener('more runs') },
  {
    path: model('retraining\\.release$'),
    judge: to('automatic', 'loosens', 'no person releases a retrained model any more'),
  },
  { path: model('budget\\.onExceeded$'), judge: to('alert', 'loosens', 'training goes on beyond the budget') },
  {
    path: /(^|\.)budget(\.|$)/,
    judge: (before, after) =>
      (compare(before, after) ?? 0) > 0 || (before !== undefined && after === undefined)
        ? { class: 'costsMore', why: 'more may be spent' }
        : undefined,
  },
];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
