export { type CollectOptions, collectDataFacts, type RunSql } from './collect';
export { type DuckdbScan, duckdbScan } from './duckdb-scan';
export { checkExpressions, type DataExpression, expressionTypes, notBoolean } from './expression-guard';
export { type QuarantineStatements, quarantineStatements } from './quarantine';
export { collectSplitFacts, type SplitTables } from './split-statements';
export { foundColumns, storageFamily } from './storage-family';
export { type CheckedTable, typedRows } from './typed-rows';
