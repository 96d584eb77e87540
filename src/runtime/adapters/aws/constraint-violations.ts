import type { Column } from '../../../definition/data';
import type { ColumnDrift, DriftVerdict } from '../../core/drift';

/** One violation, as SageMaker Model Monitor writes it. */
export interface ConstraintViolation {
  readonly feature_name: string;
  readonly constraint_check_type:
    | 'data_type_check'
    | 'completeness_check'
    | 'baseline_drift_check'
    | 'missing_column_check'
    | 'categorical_values_check';
  readonly description: string;
}

/** Percents in the descriptions, to as many digits as people read. */
const percent = (value: number): string => `${Number(value.toPrecision(4))} %`;

/**
 * A drift verdict in the format of Model Monitor's `constraint_violations.json`
 * (docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-violations.html), for tools that read that. Columns that
 * are not watched for drift are in no verdict; what is only near its limit (`warning`) violates nothing.
 *
 * @param columns `data.columns` of the definition: limits of missing values and unseen categories
 */
export function constraintViolations(
  verdict: Pick<DriftVerdict, 'columns' | 'prediction'>,
  columns: Readonly<Record<string, Column>>,
): { readonly violations: readonly ConstraintViolation[] } {
  const judged = [...verdict.columns, ...(verdict.prediction === null ? [] : [verdict.prediction])];
  return { violations: judged.flatMap((one) => violationsOf(one, columns[one.column])) };
}

function violationsOf(drift: ColumnDrift, column: Column | undefined): ConstraintViolation[] {
  const { column: feature_name, reason, statistic, windowMissingPercent, unseenPercent } = drift;
  if (reason === 'missingColumn') {
    return [
      {
        feature_name,
        constraint_check_type: 'missing_column_check',
        description: 'the column is in no captured request',
      },
    ];
  }
  if (reason === 'otherKind') {
    return [
      {
        feature_name,
        constraint_check_type: 'data_type_check',
        description: 'its values are of another kind than in the baseline',
      },
    ];
  }
  const mostMissing = column?.maxMissingPercent;
  const mostUnseen = column?.type === 'category' ? column.maxUnseenPercent : undefined;
  return [
    ...(mostMissing !== undefined && windowMissingPercent > mostMissing
      ? [
          {
            feature_name,
            constraint_check_type: 'completeness_check' as const,
            description: `Data completeness: ${percent(windowMissingPercent)} of values are missing, ${percent(mostMissing)} are tolerated`,
          },
        ]
      : []),
    ...(mostUnseen !== undefined && unseenPercent > mostUnseen
      ? [
          {
            feature_name,
            constraint_check_type: 'categorical_values_check' as const,
            description: `Unseen categories: ${percent(unseenPercent)} of values, ${percent(mostUnseen)} are tolerated`,
          },
        ]
      : []),
    ...(drift.verdict === 'critical' && statistic !== null
      ? [
          {
            feature_name,
            constraint_check_type: 'baseline_drift_check' as const,
            description: `Baseline drift distance: ${statistic} (${drift.method}) is at or above ${drift.critical}`,
          },
        ]
      : []),
  ];
}
