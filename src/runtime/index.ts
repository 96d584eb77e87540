/** The decisions as pure functions: no clock, no I/O, no library. Policies are sections of a parsed definition. */
export * from './core/canary';
export * from './core/data-checks';
export * from './core/dora';
export * from './core/drift';
export * from './core/gate';
export * from './core/ledger';
export * from './core/promotion';
export * from './core/retraining';
