import type { ProjectionEvent } from '../../src/index.ts';
import { eventsOf } from '../support/events.ts';

/** What is told about one projection until the test ends. */
export const projectionEvents = (projection: string): readonly ProjectionEvent[] =>
  eventsOf<ProjectionEvent>('thread-journal:projection', ({ name }) => name === projection);
