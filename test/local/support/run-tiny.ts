// Runs a local platform in a process of its own, so that a test can kill it: run-tiny.ts FILE
import { LocalPlatform } from '../../../src/local';

async function main(): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const platform = await LocalPlatform.open({
    file: process.argv[2]!,
    retraining: 'decide',
    onEvent: (event) => {
      if (event.kind === 'step') say(`${event.what} ${event.step}`);
      if (event.kind === 'replay') say(`replay ${new Date(event.at * 1000).toISOString().slice(0, 10)}`);
    },
  });
  await platform.run();
  await platform.close();
  say('over');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
