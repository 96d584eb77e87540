import { type FindingRule, perModel, targetsOf } from './rule';

export const parquetInPartsOnGoogle: FindingRule = {
  id: 'parquet-in-parts-on-google',
  severity: 'info',
  about: 'data are Parquet, which Google Cloud freezes only while BigQuery exports one file',
  check: perModel(({ platform, model, path }) => {
    if (!targetsOf(platform).includes('google')) return 'notApplicable';
    return model.data.format === 'parquet'
      ? [
          {
            path: `${path}.data.format`,
            message:
              'on Google BigQuery exports a large set in several files, and those of Parquet cannot be joined to the one that is trained on: a run then ends with `frozenSetTooLarge`',
            fix: 'set data.format to csv or jsonl, whose parts are joined, or train on a window that is one file',
          },
        ]
      : [];
  }),
};
