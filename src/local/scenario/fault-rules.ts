import type { ModelDefinition } from '../../definition/platform';
import { problem, words } from '../../definition/rules/context';
import { nearest } from '../../definition/schema-keys';
import { durationSeconds } from '../../kernel/duration';
import type { Problem } from '../../kernel/problem';
import type { Draft } from './draft';
import type { Fault, FaultKind } from './schema';

/** What each fault needs to find, so that it does something. */
const NEEDS: Readonly<
  Record<FaultKind, 'numericFeature' | 'numericFeatures' | 'training' | 'release' | 'retraining' | null>
> = {
  covariateShift: 'numericFeature',
  columnRotation: 'numericFeatures',
  missingColumn: null,
  conceptShift: null,
  staleFeed: null,
  duplicateEvents: null,
  lateEvents: null,
  lateLabels: null,
  earlyLabels: null,
  clockSkew: null,
  noTraffic: null,
  flashCrowd: null,
  serviceErrors: null,
  serviceLatency: null,
  challengerErrors: 'training',
  challengerLatency: 'training',
  challengerAnswers: 'training',
  weakCandidate: 'training',
  trainerCrash: 'training',
  brokenArtifact: 'training',
  tamperedArtifact: 'training',
  providerErrors: 'release',
  silentTraffic: 'release',
  duplicateTriggers: 'retraining',
};

/** Faults that would touch nothing in a model: a column that it does not have, a challenger that nobody trains. */
export function faultRules(draft: Draft, model: ModelDefinition): Problem[] {
  return draft.faults.flatMap((fault, index) =>
    fault === undefined ? [] : [...columnRules(fault, index, model), ...needRules(fault, index, draft, model)],
  );
}

const isNumeric = ({ type }: { readonly type: string }): boolean => type === 'number' || type === 'integer';

function featuresOf({ data }: ModelDefinition): [string, ModelDefinition['data']['columns'][string]][] {
  const given = new Set([data.label.column, data.timestamp, data.key]);
  return Object.entries(data.columns).filter(([name, column]) => column.feature && !given.has(name));
}

function columnRules(fault: Fault, index: number, model: ModelDefinition): Problem[] {
  if (!('column' in fault) || fault.column === undefined) return [];
  const fitting = featuresOf(model)
    .filter(([, column]) => fault.kind !== 'covariateShift' || isNumeric(column))
    .map(([name]) => name);
  if (fitting.includes(fault.column)) return [];
  const what = fault.kind === 'covariateShift' ? 'numeric features' : 'features';
  const near = nearest(fault.column, fitting);
  const isThere = Object.hasOwn(model.data.columns, fault.column);
  return [
    problem(
      isThere ? 'notAFeature' : 'noSuchColumn',
      ['faults', index, 'column'],
      fault.column,
      `one of the model’s ${what}: ${fitting.join(', ')}`,
      !isThere && near !== undefined ? `did you mean ${near}?` : 'name one of them, or none for the first critical one',
    ),
  ];
}

function needRules(fault: Fault, index: number, { actions }: Draft, model: ModelDefinition): Problem[] {
  const nothing = (got: string, expected: string, fix: string): Problem[] => [
    problem('touchesNothing', ['faults', index], words(got), expected, fix),
  ];
  const numeric = featuresOf(model).filter(([, column]) => isNumeric(column)).length;
  const trains = (from: number): boolean =>
    model.retraining !== undefined ||
    // An entry that cannot be read is a problem of its own, and may be what trains.
    actions.some((action) => action === undefined || durationSeconds(action.at) >= from);
  switch (NEEDS[fault.kind]) {
    case 'numericFeature':
      return numeric >= 1
        ? []
        : nothing(`${fault.kind} without a numeric feature`, 'a model with a numeric feature', 'take another fault');
    case 'numericFeatures':
      return numeric >= 2
        ? []
        : nothing(
            `${fault.kind} with ${numeric} numeric features`,
            'a model with two numeric features or more',
            'take another fault',
          );
    case 'training':
      return trains(durationSeconds(fault.at))
        ? []
        : nothing(
            `${fault.kind}, and nothing trains a version after it begins`,
            'an action that trains at the fault’s begin or later, or a model with retraining',
            `add { at: ${fault.at}, do: train } to actions`,
          );
    case 'release':
      return trains(0)
        ? []
        : nothing(
            `${fault.kind} without a release`,
            'an action that trains, or a model with retraining',
            `add { at: ${fault.at}, do: train } to actions`,
          );
    case 'retraining':
      return model.retraining !== undefined
        ? []
        : nothing(
            `${fault.kind} for a model that nothing retrains`,
            'a model with a retraining section',
            'add retraining to the model, or to the scenario’s with',
          );
    case null:
      return [];
  }
}
