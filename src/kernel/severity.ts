/** How urgent an alarm is: `page` wakes somebody, `ticket` waits for the morning, `info` is for the record. */
export const SEVERITIES = ['page', 'ticket', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
