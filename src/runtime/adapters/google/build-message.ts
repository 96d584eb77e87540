import { z } from 'zod';
import { BUILD_OUTCOMES } from '../../../contract/google';
import { pushMessageOf } from './push-message';

/** What Cloud Build publishes of a build whenever its status changes (`projects.builds`), as far as we read it. */
const buildSchema = z.object({
  /** `projects/<number>/locations/<region>/builds/<id>`. */
  name: z.string(),
  id: z.string().min(1),
  status: z.string(),
  finishTime: z.string().optional(),
  /** A build that no trigger has started has none of these; nobody but Cloud Build sets names without a first underscore. */
  substitutions: z.object({ TRIGGER_NAME: z.string() }),
});

export interface EndedBuild {
  /** The build's id: a build that is tried again is another one. */
  readonly id: string;
  readonly region: string;
  /** Name of the trigger that has started it, unique in its project and region. */
  readonly trigger: string;
  readonly outcome: 'SUCCEEDED' | 'FAILED';
  /** When it ended, ISO 8601. */
  readonly at: string;
}

/**
 * The build of a trigger that has ended; undefined for one that goes on, that a person has stopped, or that no trigger has
 * started. @throws ZodError for what is no push at all
 */
export function endedBuildOf(body: unknown): EndedBuild | undefined {
  const { content, publishedAt } = pushMessageOf(body);
  const parsed = buildSchema.safeParse(content);
  if (!parsed.success) return undefined;
  const { name, id, status, finishTime, substitutions } = parsed.data;
  const outcome = Object.hasOwn(BUILD_OUTCOMES, status)
    ? BUILD_OUTCOMES[status as keyof typeof BUILD_OUTCOMES]
    : undefined;
  // A build that nobody took from its queue in time has not finished.
  const at = finishTime ?? publishedAt;
  const region = /\/locations\/([^/]+)\/builds\//.exec(name)?.[1];
  if (outcome === undefined || at === undefined || region === undefined) return undefined;
  return { id, region, trigger: substitutions.TRIGGER_NAME, outcome, at };
}
