import { mlPlatformMatchers } from './matchers';
import { templateSerializer } from './template-serializer';

interface JestExpect {
  extend(matchers: Record<string, unknown>): void;
  addSnapshotSerializer(serializer: unknown): void;
}

/** Adds the matchers and the serializer to Jest's `expect`; call it in a set-up file (`setupFilesAfterEnv`). */
export function installMlPlatformMatchers(expect: JestExpect): void {
  expect.extend(mlPlatformMatchers);
  expect.addSnapshotSerializer(templateSerializer);
}
