import type { Left } from './folder';

const ORDER = ['training', 'replay', 'done'];

/** What a platform has done is never undone: not by a kill, and not by the start after it. */
export function checkProgress(before: Left, after: Left): string[] {
  const problems: string[] = [];
  if (before.progress !== null) {
    const [old, now] = [before.progress, after.progress];
    if (now === null) problems.push('the progress is gone');
    else if (now.cursor < old.cursor) problems.push(`the cursor goes back from ${old.cursor} to ${now.cursor}`);
    else if (ORDER.indexOf(now.phase) < ORDER.indexOf(old.phase)) problems.push(`${old.phase} becomes ${now.phase}`);
    else if (now.start !== old.start) problems.push(`the start moves from ${old.start} to ${now.start}`);
  }
  before.ledger.forEach((record, place) => {
    if (after.ledger[place]?.hash !== record.hash) problems.push(`record ${record.sequence} is another one, or gone`);
  });
  for (const run of before.runs) {
    const now = after.runs.find(({ workflow, name }) => workflow === run.workflow && name === run.name);
    const isKept = run.finished.every(({ step, at }, place) => {
      const same = now?.finished[place];
      return same?.step === step && same.at === at;
    });
    if (!isKept) problems.push(`finished steps of ${run.workflow} ${run.name} are lost`);
  }
  for (const version of Object.keys(before.registry.versions)) {
    if (after.registry.versions[version] === undefined) problems.push(`version ${version} is gone`);
  }
  return problems;
}
