import type { PlatformDefinition } from '../../definition/platform';
import type { Finding } from './finding';

/** The acknowledgement of a finding that is in force. */
export function acknowledged(
  platform: PlatformDefinition,
  id: string,
  asOf: string | undefined,
): Finding['acknowledged'] {
  const found = platform.governance.acknowledge.find((one) => one.finding === id && !expired(one.until, asOf));
  return found ? { reason: found.reason, until: found.until ?? null } : null;
}

/** ISO dates order as texts; the last day still holds. */
const expired = (until: string | undefined, asOf: string | undefined): boolean =>
  until !== undefined && asOf !== undefined && until < asOf;

/** Acknowledgements that have run out, or that acknowledge nothing: they would hide a finding that comes later. */
export function strayAcknowledgements(
  platform: PlatformDefinition,
  found: readonly Finding[],
  asOf: string | undefined,
): Finding[] {
  return platform.governance.acknowledge.flatMap((one, index): Finding[] => {
    const shared = { path: `governance.acknowledge.${index}`, acknowledged: null };
    if (expired(one.until, asOf)) {
      return [
        {
          ...shared,
          id: 'acknowledgement-expired',
          severity: 'warning',
          message: `the acknowledgement of ${one.finding} ended on ${one.until}`,
          fix: 'mend the finding, or acknowledge it again',
        },
      ];
    }
    return found.some((finding) => finding.id === one.finding)
      ? []
      : [
          {
            ...shared,
            id: 'acknowledgement-unused',
            severity: 'info',
            message: `there is no finding ${one.finding} to acknowledge`,
            fix: 'remove the acknowledgement',
          },
        ];
  });
}
