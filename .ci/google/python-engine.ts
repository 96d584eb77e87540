import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Asked, Engine, Outcome } from '../../test/google/execution/engine';

/** workflows-emulator, in a process of its own. */
export class PythonEngine implements Engine {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<string, (outcome: Outcome) => void>();
  private executions = 0;

  /** @param python interpreter that has the packages of requirements.txt */
  constructor(python: string) {
    this.process = spawn(python, [join(__dirname, 'execute.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      const { id, ...outcome } = JSON.parse(line) as Outcome & { readonly id: string };
      this.waiting.get(id)?.(outcome);
      this.waiting.delete(id);
    });
    this.process.once('exit', (code) => {
      for (const end of this.waiting.values()) end({ succeeded: false, error: `the emulator ended with ${code}` });
    });
  }

  execute(asked: Asked): Promise<Outcome> {
    this.executions += 1;
    const id = String(this.executions);
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.process.stdin!.write(`${JSON.stringify({ id, ...asked })}\n`);
    });
  }

  stop(): void {
    this.process.stdin!.end();
    this.process.kill();
  }
}
