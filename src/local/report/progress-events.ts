import type { AlarmKind } from '../../kernel/alarm-kinds';
import type { Severity } from '../../kernel/severity';

/** What a local platform says while it runs. */
export type LocalEvent =
  | {
      readonly kind: 'step';
      /** Virtual time, epoch seconds; so in all events. */
      readonly at: number;
      readonly model: string;
      readonly workflow: string;
      readonly run: string;
      readonly step: string;
      readonly describe: string;
      readonly what: 'begins' | 'ends' | 'fails';
      readonly text?: string;
    }
  | { readonly kind: 'line'; readonly model: string; readonly text: string }
  | {
      readonly kind: 'replay';
      readonly at: number;
      readonly from: number;
      readonly to: number;
      readonly requests: number;
    }
  | { readonly kind: 'month'; readonly model: string; readonly month: MonthVerdict }
  | {
      readonly kind: 'alarm';
      readonly at: number;
      readonly model: string;
      readonly id: string;
      readonly alarmKind: AlarmKind;
      readonly severity: Severity;
      readonly firing: boolean;
      readonly value: number;
      readonly text: string;
    }
  | {
      readonly kind: 'notification';
      readonly at: number;
      readonly model: string;
      readonly severity: Severity;
      readonly alarmKind: AlarmKind;
      readonly subject: string;
      readonly text: string;
    }
  | {
      readonly kind: 'decision';
      readonly model: string;
      readonly at: number;
      /** What asked: a kind of trigger. */
      readonly cause: string;
      readonly action: string;
      readonly code: string;
      readonly text: string;
    };

/** What one month was like for those who were answered. */
export interface MonthVerdict {
  /** `2011-04`. */
  readonly month: string;
  /** Champions of the month. */
  readonly versions: readonly number[];
  readonly predictions: number;
  /** Of the quality metrics of the definition, on the labels of the month. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The same metrics, had the first version answered all events; null while it was the only one. */
  readonly firstVersion: Readonly<Record<string, number>> | null;
  /** Windows of the quality job that ended in the month, by their verdict. */
  readonly quality: Readonly<Record<string, number>>;
  /** Windows of the drift job that ended in the month, by their verdict. */
  readonly drift: Readonly<Record<string, number>>;
  /** Columns that were critical in at least one window, by the share of the month's windows, most first. */
  readonly driftedColumns: readonly { readonly column: string; readonly percentOfWindows: number }[];
  /** What the last critical window said of the cause: `withDataDrift`, `conceptDrift`, …; null without one. */
  readonly cause: string | null;
  /** Worst of the month: `decayed` when quality was critical, `drifted` when only inputs or answers were, else `ok`. */
  readonly verdict: 'ok' | 'drifted' | 'decayed' | 'insufficientData';
}
