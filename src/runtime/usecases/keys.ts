/** Keys of the artifact store, below the model's prefix; the same on every target. */
export const artifactKeys = {
  /** Frozen rows to train on, in the format of the data. */
  train: (run: string, format: 'csv' | 'parquet' | 'jsonl') => `runs/${run}/train.${format}`,
  /** Frozen rows to judge on, one JSON object a line: the gate and the scoring jobs read them. */
  test: (run: string) => `runs/${run}/test.jsonl`,
  quarantined: (run: string) => `runs/${run}/quarantined.jsonl`,
  validation: (run: string) => `runs/${run}/validation.json`,
  metrics: (run: string) => `runs/${run}/metrics.json`,
  /** Prefix of the trainer's model folder. */
  model: (run: string) => `runs/${run}/model/`,
  /** The same folder as one archive, where the training service makes one. */
  modelArchive: (run: string) => `runs/${run}/model.tar.gz`,
  scores: (run: string, subject: 'candidate' | 'champion') => `runs/${run}/scores/${subject}.jsonl`,
  /** What the candidate's own endpoint was measured at. */
  smoke: (run: string) => `runs/${run}/smoke.json`,
  gate: (run: string) => `runs/${run}/gate.json`,
  /** What a run was tried with and what came of it, whether or not a version did. */
  experiment: (run: string) => `runs/${run}/experiment.json`,
  profile: (run: string) => `runs/${run}/profile.json`,
  version: (version: number | string) => `versions/${version}.json`,
  monitoring: (job: string, windowEnd: string) => `monitoring/${job}/${windowEnd}.json`,
} as const;

/** Keys of state documents. */
export const stateKeys = {
  registry: (model: string) => `registry/${model}`,
  releaseLock: (model: string) => `release-lock/${model}`,
  retraining: (model: string) => `retraining/${model}`,
  runs: (model: string) => `runs/${model}`,
  spend: (model: string) => `spend/${model}`,
  monitoring: (model: string) => `monitoring/${model}`,
  data: (model: string) => `data/${model}`,
  servingRequest: (endpoint: string) => `serving-request/${endpoint}`,
  incidents: (model: string) => `incidents/${model}`,
  dora: (platform: string) => `dora/${platform}`,
} as const;
