export type { Found, Progress } from './data/data-dir';
export type { AlarmBoardState, AlarmChange } from './engine/alarm-board';
export type { LocalModel } from './engine/local-model';
export type { RunDocument } from './engine/run-store';
export { LocalPlatform, type LocalPlatformOptions } from './platform';
export type { LocalEvent, MonthVerdict } from './report/progress-events';
export type { AlarmSummary, LocalSummary, ModelSummary, RunSummary } from './report/summary';
