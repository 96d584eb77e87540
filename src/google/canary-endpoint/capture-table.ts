/** Table of captured requests in a model's dataset. */
export const CAPTURE_TABLE = 'capture';

/** What Vertex AI writes for each sampled request: fields and types are Google's. */
export const CAPTURE_FIELDS = [
  { name: 'endpoint', type: 'STRING', mode: 'NULLABLE' },
  { name: 'deployed_model_id', type: 'STRING', mode: 'NULLABLE' },
  { name: 'logging_time', type: 'TIMESTAMP', mode: 'NULLABLE' },
  { name: 'request_id', type: 'NUMERIC', mode: 'NULLABLE' },
  { name: 'request_payload', type: 'STRING', mode: 'REPEATED' },
  { name: 'response_payload', type: 'STRING', mode: 'REPEATED' },
] as const;
