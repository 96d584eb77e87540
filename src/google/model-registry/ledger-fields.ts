/** Columns of a ledger record in BigQuery; `details`, which has no fixed fields, stays in the objects. */
export const LEDGER_FIELDS = [
  { name: 'sequence', type: 'INTEGER', mode: 'REQUIRED' },
  { name: 'at', type: 'TIMESTAMP', mode: 'NULLABLE' },
  { name: 'actor', type: 'STRING', mode: 'NULLABLE' },
  { name: 'action', type: 'STRING', mode: 'NULLABLE' },
  { name: 'model', type: 'STRING', mode: 'NULLABLE' },
  { name: 'version', type: 'STRING', mode: 'NULLABLE' },
  { name: 'commit', type: 'STRING', mode: 'NULLABLE' },
  { name: 'dataDigest', type: 'STRING', mode: 'NULLABLE' },
  { name: 'verdict', type: 'STRING', mode: 'NULLABLE' },
  { name: 'previousHash', type: 'STRING', mode: 'NULLABLE' },
  { name: 'hash', type: 'STRING', mode: 'NULLABLE' },
] as const;
