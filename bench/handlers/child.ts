import type { HandlerRole } from '../../src/aws/support/handler-role';
import { CASES } from './cases';
import { ENVIRONMENT, World } from './world';

/** One role's handler in a process of its own: `child <role> <bundle>`. Prints the peak after each call, in MiB. */
async function main([role, bundle]: readonly string[]): Promise<void> {
  Object.assign(process.env, ENVIRONMENT);
  console.log = () => undefined;
  const peak = (): number => process.resourceUsage().maxRSS / 1024;
  const { handler } = require(bundle!) as { readonly handler: (event: unknown) => Promise<unknown> };
  const loaded = peak();
  const cases = CASES[role as HandlerRole](new World());
  // The data of the calls, which the services hold.
  const seeded = peak();
  const calls: { what: string; peakMiB: number }[] = [];
  for (const { what, event } of cases) {
    await handler(event);
    calls.push({ what, peakMiB: peak() });
  }
  process.stdout.write(JSON.stringify({ loadedMiB: loaded, seededMiB: seeded, calls }));
}

void main(process.argv.slice(2));
