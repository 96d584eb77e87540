import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelDefinition } from '../../../src/definition/platform';
import { durationSeconds } from '../../../src/kernel/duration';
import { featureNames } from '../../../src/local/engine/event-feed';
import { EXAMPLE } from '../definition';
import { csvRows } from '../rows';

/** A recorded hour: what a client asks, and what is known an hour later. Times in milliseconds since the epoch. */
export interface RecordedEvent {
  readonly key: string;
  readonly at: number;
  /** When the row with its label lies in the source. */
  readonly arrivesAt: number;
  readonly instance: Readonly<Record<string, number | string | null>>;
  /** The row as the file has it. */
  readonly row: Readonly<Record<string, string | null>>;
}

/** The events of the model's file, in the order of time. */
export function recordedEvents({ data }: ModelDefinition): RecordedEvent[] {
  const features = featureNames(data);
  const isNumber = (name: string): boolean => ['number', 'integer', 'boolean'].includes(data.columns[name]!.type);
  const value = (name: string, text: string | null | undefined) =>
    text === null || text === undefined ? null : isNumber(name) ? Number(text) : text;
  return csvRows(readFileSync(join(EXAMPLE, data.source.local!), 'utf8'))
    .map((row): RecordedEvent => {
      const at = Date.parse(`${row[data.timestamp]!.replace(' ', 'T')}Z`);
      return {
        key: row[data.key!]!,
        at,
        arrivesAt: at + durationSeconds(data.label.delay) * 1000,
        instance: Object.fromEntries(features.map((name) => [name, value(name, row[name])])),
        row,
      };
    })
    .sort((one, other) => one.at - other.at);
}
