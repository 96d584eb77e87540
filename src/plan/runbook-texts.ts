import type { AlarmKind } from '../kernel/alarm-kinds';

export interface RunbookText {
  readonly title: string;
  /** What users notice, and what has already happened by itself. */
  readonly meaning: string;
  readonly check: readonly string[];
  readonly act: readonly string[];
  /** When it is over. */
  readonly done: string;
  /** When it fires, where that is no alarm of the plan. @default - the platform itself raises it */
  readonly raised?: string;
}

/** What somebody who was just woken needs to know, by kind of alarm. */
export const RUNBOOK_TEXTS: Record<AlarmKind, RunbookText> = {
  endpointErrors: {
    title: 'The endpoint answers with errors',
    meaning:
      'Users get errors instead of predictions. A release that was running has been taken back: the champion has all live traffic.',
    check: [
      'Is a release running or was one taken back in the last hour? See the release state machine.',
      'Do errors come from one version or from all? Compare the versions in the service dashboard.',
      'Did the requests change (a caller was deployed, a column is missing)? Look at the newest captured requests.',
    ],
    act: [
      'From one version: roll back to `previous` (the alias names it).',
      'From all versions: look at the serving logs of the last ten minutes; memory and timeouts first.',
      'Because of requests: tell the caller’s owner; the data checks name the column.',
    ],
    done: 'The error rate is below its limit for 15 minutes.',
  },
  endpointLatency: {
    title: 'The endpoint is slow',
    meaning: 'Users wait longer than agreed. A release that was running has been taken back.',
    check: [
      'Requests by instance: is traffic above what the instances take?',
      'Did the number of instances follow the traffic?',
      'Is one version slower than the other?',
    ],
    act: [
      'Too much traffic: raise `serving.instances.max`, or now by hand the desired count.',
      'One version slower: roll back to `previous`.',
    ],
    done: 'p99 is below its limit for 15 minutes.',
  },
  availabilityBurn: {
    title: 'The error budget burns too fast',
    meaning: 'At this rate the availability objective of the month is lost early.',
    check: ['As for errors of the endpoint: one version, all, or the requests?'],
    act: ['Stop releases until the rate is normal.', 'Then as for errors of the endpoint.'],
    done: 'The burn rate is below its limit over the whole window.',
  },
  dataDrift: {
    title: 'Inputs drift',
    meaning:
      'What the model is asked differs from what it learnt. Answers may still be right: look at quality before anything else.',
    check: [
      'Which columns, and how far? See the drift widget and the verdict in `monitoring/drift/`.',
      'Does the column-identity check name a swap? Then it is an upstream break, not drift.',
      'Is it the season, a campaign, a new market?',
      'Does quality on matured labels fall too?',
    ],
    act: [
      'Upstream break: tell the data’s owner; do not retrain on it.',
      'Quality falls: retraining decides by itself; see its last decision.',
      'Quality holds: acknowledge, and consider a newer reference.',
    ],
    done: 'The windows are below critical again, or a new champion has a new reference.',
  },
  predictionDrift: {
    title: 'Predictions drift',
    meaning: 'The model answers differently than it did on its test data.',
    check: ['Do inputs drift as well? Then see that runbook.', 'Was a version released since?'],
    act: [
      'After a release: compare both versions on the same rows; roll back if nobody can explain it.',
      'Otherwise as for drifting inputs.',
    ],
    done: 'The predictions are below critical again, or the change is explained and recorded.',
  },
  conceptDrift: {
    title: 'What the model learnt no longer holds',
    meaning: 'Quality falls although the inputs look as ever: the relation between inputs and labels has changed.',
    check: [
      'Since when? See quality by window.',
      'Are the labels right? A changed label process looks the same.',
      'Which slices fall most?',
    ],
    act: [
      'Labels are right: retraining decides by itself; see its last decision and its gate.',
      'The gate fails: the model needs other inputs; tell its owner. The champion keeps serving.',
    ],
    done: 'Quality on matured labels is within its bounds.',
  },
  qualityDecay: {
    title: 'Quality has decayed',
    meaning: 'On labels that are known by now the model is worse than agreed.',
    check: [
      'Which metric, which slice, since which window?',
      'Do inputs drift (other runbook), or is it concept drift?',
      'Is the number of labels normal? Late labels are counted when they mature.',
    ],
    act: [
      'Look at the last retraining decision: started, deferred (why?), or stopped?',
      'Nothing started and nothing holds it back: start one by hand; cooldown does not bind you, data checks do.',
      'If answers do harm: switch callers to their fallback.',
    ],
    done: 'A champion within its bounds on matured labels.',
  },
  insufficientData: {
    title: 'Too little data to decide',
    meaning: 'Nobody knows whether the model is right. This is not the same as healthy.',
    check: [
      'Does traffic arrive? Requests in the service dashboard.',
      'Is capture on, and does it arrive in its table?',
      'Do labels arrive, with keys that match?',
    ],
    act: [
      'Traffic is missing: tell the caller’s owner.',
      'Capture or labels are missing: mend the feed; windows are decided again when data arrive.',
    ],
    done: 'The next window is decided.',
  },
  dataViolations: {
    title: 'New data violate the data contract',
    meaning: 'Training on these data was refused or bad rows were set apart. The champion keeps serving.',
    check: ['Which rule and column, how many rows? See `validation.json` of the run; it names up to 20 keys.'],
    act: [
      'Upstream fault: tell the data’s owner with the keys.',
      'The data are right and the rule is wrong: change the definition, with a review.',
    ],
    done: 'The next run’s data pass.',
  },
  dataFreshness: {
    title: 'Data are stale',
    meaning:
      'No new events arrive, or nobody looks any more: the monitor’s figures have stopped. Drift and quality cannot be judged, and retraining would learn old news.',
    check: [
      'When was the newest event, and does the source still produce?',
      'Without figures (AWS: the alarm has insufficient data): does the schedule still call the monitor, and what did it log last?',
    ],
    act: ['Restart or mend the feed; backfill, since windows are decided in event time.'],
    done: 'The newest event is younger than the limit.',
  },
  pipelineFailure: {
    title: 'A training pipeline failed',
    meaning: 'No new version came of this run. The champion keeps serving.',
    check: [
      'Which step, which message? See the failure record of the run.',
      'Trainer: the last lines of its log are in the record.',
    ],
    act: [
      'Passing trouble of the cloud: start it again; a run’s name is used once.',
      'Trainer or data: mend, then start it again. Retraining waits by its back-off.',
    ],
    done: 'A run ends well.',
  },
  pipelineSuccess: {
    title: 'Too many pipeline runs fail',
    meaning:
      'Retraining cannot be relied on at the moment. The share is of the runs that ended in the window of `pipelineSuccess`; the end of each run tells it, and with it the alarm.',
    check: ['Do the failures share a step or a message?'],
    act: ['Mend the shared cause first; stop scheduled runs while you do.'],
    done: 'The share of good runs is above its limit.',
  },
  gateFailure: {
    title: 'A candidate did not pass its gate',
    meaning: 'The new version is not better, or it could not be told. The champion keeps serving.',
    check: [
      'Fail or inconclusive? See `gate.json`: every check with value, bound, interval and rows.',
      'Inconclusive: it says how many rows would be needed.',
    ],
    act: [
      'Fail: look at the data of the run and at slices; do not loosen the bound to let it pass.',
      'Inconclusive: wait for more labels, or raise the test share.',
    ],
    done: 'A candidate passes, or it is recorded why none will.',
  },
  releaseRolledBack: {
    title: 'A release was taken back',
    meaning:
      'The champion has all live traffic again; that was read back and recorded. Of a release that could not begin nothing was touched.',
    check: [
      'Which check at which step? The record states both arms’ figures.',
      'Was it the version, or something around it (alarm, provider)?',
    ],
    act: [
      'The version: hand the record to its owner; the version stays in the registry.',
      'Something around it: mend, then release the same version again.',
      'If the alarm says that the rollback failed: set traffic to the champion by hand, then read it back.',
    ],
    done: 'The cause is known, and recorded with the version.',
  },
  approvalNeeded: {
    title: 'A version waits for approval',
    meaning:
      'A version has passed its gate, and the definition asks for a person. The champion keeps serving. Or a decision did not count: the text says why.',
    check: [
      'What did the gate say of it, by metric and slice? See the version in the registry.',
      'Who started its training? With separation of duties that person may not approve it.',
      'Is the reader one of `governance.approvers`?',
    ],
    act: [
      'AWS: set the approval status of the model package in SageMaker to Approved or Rejected.',
      'Google Cloud: give the version of the model in Vertex AI the alias `approve` or `reject`.',
      'On one machine: POST the decision to the version, see the HTTP API of `mlp local`.',
    ],
    done: 'The registry says `approved` or `rejected`; an approved version is being released.',
  },
  releasePaused: {
    title: 'A release waits for a person',
    meaning:
      'The analysis could not decide within its time. The challenger keeps its share and is still watched; a breach takes it back.',
    check: ['Why inconclusive: too few requests, missing numbers?'],
    act: [
      'Too few requests: wait, or lengthen the hold in the definition.',
      'Decide: promote, or abort. Without an answer it is rolled back after `pauseTimeout`.',
    ],
    done: 'The release is promoted or taken back.',
  },
  retrainingStopped: {
    title: 'Retraining has stopped',
    meaning: 'Runs failed again and again; no more are started until somebody says so. The model ages.',
    check: ['The last failures: one cause or several?'],
    act: ['Mend the cause, start one run by hand; a success closes the circuit.'],
    done: 'A run ended well.',
  },
  costPerPrediction: {
    title: 'Predictions cost too much',
    meaning:
      'Serving costs more by prediction than planned. Never less than it says: instances that autoscaling has added count on AWS while they are asked, and nowhere else; all other time counts with `instances.min`.',
    check: ['Did traffic fall while instances stayed?', 'Are two fleets up longer than a release takes?'],
    act: ['Lower `instances.min` or the machine size; end a stuck release.'],
    done: 'Cost by prediction is below its limit.',
  },
  budgetExceeded: {
    title: 'The platform’s budget is used up',
    meaning: 'Spending this month passed the share that was to be told.',
    check: ['Which service and which model? Cost allocation tags tell.'],
    act: ['Stop what nobody needs; training may be blocked by `onExceeded`.'],
    done: 'The forecast is within the budget, or the budget was raised.',
  },
  modelBudgetExceeded: {
    title: 'A model’s budget is used up',
    meaning: 'Spending on this model passed the share that was to be told; training may be blocked.',
    check: ['Training runs or serving?'],
    act: ['Training: see the retraining decisions. Serving: instances and machine size.'],
    done: 'The forecast is within the budget, or the budget was raised.',
  },
  handlerFailure: {
    title: 'A handler of the platform fails',
    meaning:
      'A schedule, an event or a person’s decision was not handled, also after all tries: a check, a report, an approval or a retraining decision of a model is missing. Serving is not affected.',
    check: [
      'Which handler? The alarm’s name says it: pipeline, release, monitor or retraining.',
      'Which error? See its log. The events that it could not handle are kept: on AWS in its dead-letter queue, for 14 days; on Google Cloud in the subscription `…-unhandled` of the handler, for 7.',
    ],
    act: [
      'Permissions or configuration: deploy the platform again.',
      'A schedule comes by itself the next time. An event does not: invoke the handler with what is in the queue, then delete it there (on Google Cloud publish it again on the topic of the subscription that it came by, which its attribute `CloudPubSubDeadLetterSourceSubscription` names, and acknowledge it: `gcloud pubsub subscriptions pull SUBSCRIPTION --auto-ack`).',
      'A fault of ours: report it with the event.',
    ],
    done: 'The handler ran without an error, and nothing waits in its queue.',
    raised:
      'Each handler has one: on AWS when its dead-letter queue is not empty, on Google Cloud after four server errors within a quarter of an hour.',
  },
};
