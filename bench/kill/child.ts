/**
 * A platform in a process of its own that says what it does, a line at a time, and may be told to kill itself: child.ts FILE
 *
 * KILL_SAID: SIGKILL right after this line. KILL_LINE: after so many lines; KILL_WRITES: not right there, but before the change
 * of a file that is so many changes later. The moment between two changes of files is a hundred microseconds long: from outside nobody would hit it.
 */
import fs from 'node:fs';
import { LocalPlatform } from '../../src/local';
import { foundLines } from '../../src/local/report/report';

/** Every way in which the stores change a file. */
const CHANGES = ['fsyncSync', 'linkSync', 'renameSync', 'unlinkSync', 'appendFileSync', 'rmSync'] as const;

const killLine = Number(process.env['KILL_LINE'] ?? Number.POSITIVE_INFINITY);
let writesLeft = Number.POSITIVE_INFINITY;
let said = 0;

const die = (): void => void process.kill(process.pid, 'SIGKILL');

/** Written at once: what was said before the kill has been heard. */
function say(text: string): void {
  fs.writeSync(1, `${text}\n`);
  said += 1;
  if (text === process.env['KILL_SAID']) die();
  if (said !== killLine) return;
  writesLeft = Number(process.env['KILL_WRITES'] ?? 0);
  if (writesLeft === 0) die();
}

function countChanges(): void {
  const functions = fs as unknown as Record<string, (...given: unknown[]) => unknown>;
  for (const name of CHANGES) {
    const original = functions[name]!;
    functions[name] = (...given) => {
      writesLeft -= 1;
      if (writesLeft === 0) die();
      return original(...given);
    };
  }
}

async function main(): Promise<void> {
  countChanges();
  const platform = await LocalPlatform.open({
    file: process.argv[2]!,
    onEvent: (event) => {
      if (event.kind === 'step') say(`${event.what} ${event.step}`);
      if (event.kind === 'replay') say(`replay ${new Date(event.at * 1000).toISOString().slice(0, 16)}`);
    },
  });
  say(`opened ${foundLines(platform.found)[0]}`);
  const { outcome } = await platform.run();
  await platform.close();
  say(`over ${outcome}`);
}

main().catch((error: Error) => {
  fs.writeSync(2, `${error.stack}\n`);
  process.exit(1);
});
