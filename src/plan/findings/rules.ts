import { approvalByAnyone } from './approval-by-anyone';
import { availabilityAboveObjectivesOnGoogle } from './availability-above-objectives-on-google';
import { budgetBelowIdleCost } from './budget-below-idle-cost';
import { budgetNotInUsdOnAws } from './budget-not-in-usd-on-aws';
import { budgetWithoutBillingAccount } from './budget-without-billing-account';
import { burnRateUnreachable } from './burn-rate-unreachable';
import { canaryStarved } from './canary-starved';
import { captureOff } from './capture-off';
import { cooldownLongerThanSchedule } from './cooldown-longer-than-schedule';
import { costLowerBoundOnGoogle } from './cost-lower-bound-on-google';
import { costTagsOnAws } from './cost-tags-on-aws';
import { costWithoutPrice } from './cost-without-price';
import { deletionProtectionOff } from './deletion-protection-off';
import { deliveryWithoutConnection } from './delivery-without-connection';
import { driftNothingToWatch } from './drift-nothing-to-watch';
import { driftRowsUnreachable } from './drift-rows-unreachable';
import { driftWarningAboveCritical } from './drift-warning-above-critical';
import { driftWindowGaps } from './drift-window-gaps';
import { environmentWithoutTarget } from './environment-without-target';
import { estimatesInUsd } from './estimates-in-usd';
import { firstStepTooBig } from './first-step-too-big';
import { firstVersionBlocked } from './first-version-blocked';
import { fractionOfPercentOnGoogle } from './fraction-of-percent-on-google';
import { freshnessNoticedLate } from './freshness-noticed-late';
import { functionKeysOnGoogle } from './function-keys-on-google';
import { gapOnGoogle } from './gap-on-google';
import { gateWithoutChampion } from './gate-without-champion';
import { highRiskWithoutApproval } from './high-risk-without-approval';
import { highRiskWithoutShadow } from './high-risk-without-shadow';
import { highRiskWithoutSlices } from './high-risk-without-slices';
import { holdShorterThanLook } from './hold-shorter-than-look';
import { jobLogsWithoutEnd } from './job-logs-without-end';
import { jobsOutsideNetworkOnGoogle } from './jobs-outside-network-on-google';
import { keyIsAFeature } from './key-is-a-feature';
import { labelPositiveMissing } from './label-positive-missing';
import { labelsUnreachable } from './labels-unreachable';
import { laterEnvironmentLaxer } from './later-environment-laxer';
import { looseAlpha } from './loose-alpha';
import { modelAgeBelowCooldown } from './model-age-below-cooldown';
import { modelIntegrityOff } from './model-integrity-off';
import { modelsInOneStackOnAws } from './models-in-one-stack-on-aws';
import { monitoringWithoutDrift } from './monitoring-without-drift';
import { parquetInPartsOnGoogle } from './parquet-in-parts-on-google';
import { payloadIsJson } from './payload-is-json';
import { privateEndpointFiguresOnGoogle } from './private-endpoint-figures-on-google';
import { promotionAcrossRegions } from './promotion-across-regions';
import { qualityMetricNotGated } from './quality-metric-not-gated';
import { qualityMetricUnmeasured } from './quality-metric-unmeasured';
import { qualityWindowTooShort } from './quality-window-too-short';
import { qualityWithoutKey } from './quality-without-key';
import { releaseAtOnce } from './release-at-once';
import { retrainingCauseUnwatched } from './retraining-cause-unwatched';
import { retrainingExceedsBudget } from './retraining-exceeds-budget';
import type { FindingRule } from './rule';
import { runCostAboveBudget } from './run-cost-above-budget';
import { runbooksUnpublished } from './runbooks-unpublished';
import { scaleToZero } from './scale-to-zero';
import { scheduleNotPortable } from './schedule-not-portable';
import { severityWithoutContact } from './severity-without-contact';
import { shadowNotOnGoogle } from './shadow-not-on-google';
import { singleInstance } from './single-instance';
import { smokeEndpointPublicOnGoogle } from './smoke-endpoint-public-on-google';
import { spotWithoutTime } from './spot-without-time';
import { targetGap } from './target-gap';
import { volumeKeysOnAws } from './volume-keys-on-aws';

/** Every rule, by id. */
export const FINDING_RULES: readonly FindingRule[] = [
  approvalByAnyone,
  availabilityAboveObjectivesOnGoogle,
  budgetBelowIdleCost,
  budgetNotInUsdOnAws,
  budgetWithoutBillingAccount,
  burnRateUnreachable,
  canaryStarved,
  captureOff,
  cooldownLongerThanSchedule,
  costLowerBoundOnGoogle,
  costTagsOnAws,
  costWithoutPrice,
  deletionProtectionOff,
  deliveryWithoutConnection,
  driftNothingToWatch,
  driftRowsUnreachable,
  driftWarningAboveCritical,
  driftWindowGaps,
  environmentWithoutTarget,
  estimatesInUsd,
  firstStepTooBig,
  firstVersionBlocked,
  fractionOfPercentOnGoogle,
  freshnessNoticedLate,
  functionKeysOnGoogle,
  gapOnGoogle,
  gateWithoutChampion,
  highRiskWithoutApproval,
  highRiskWithoutShadow,
  highRiskWithoutSlices,
  holdShorterThanLook,
  jobLogsWithoutEnd,
  jobsOutsideNetworkOnGoogle,
  keyIsAFeature,
  labelPositiveMissing,
  labelsUnreachable,
  laterEnvironmentLaxer,
  looseAlpha,
  modelAgeBelowCooldown,
  modelIntegrityOff,
  modelsInOneStackOnAws,
  monitoringWithoutDrift,
  parquetInPartsOnGoogle,
  payloadIsJson,
  privateEndpointFiguresOnGoogle,
  promotionAcrossRegions,
  qualityMetricNotGated,
  qualityMetricUnmeasured,
  qualityWindowTooShort,
  qualityWithoutKey,
  releaseAtOnce,
  retrainingCauseUnwatched,
  retrainingExceedsBudget,
  runCostAboveBudget,
  runbooksUnpublished,
  scaleToZero,
  scheduleNotPortable,
  severityWithoutContact,
  shadowNotOnGoogle,
  singleInstance,
  smokeEndpointPublicOnGoogle,
  spotWithoutTime,
  targetGap,
  volumeKeysOnAws,
];
