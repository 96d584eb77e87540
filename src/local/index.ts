export type { AlarmBoardState, AlarmChange } from './alarm-board';
export type { Found, Progress } from './data-dir';
export type { LocalModel } from './local-model';
export { LocalPlatform, type LocalPlatformOptions } from './platform';
export type { LocalEvent, MonthVerdict } from './progress-events';
export type { RunDocument } from './run-store';
export type { AlarmSummary, LocalSummary, ModelSummary, RunSummary } from './summary';
