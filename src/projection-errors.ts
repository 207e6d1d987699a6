import { JournalError } from './errors.ts';

/** A newer version of the projection is live: this one is not run any more. */
export class ProjectionRetiredError extends JournalError {
  readonly code = 'projection_retired';
  readonly projection: string;
  readonly version: number;
  constructor(facts: { name: string; version: number }) {
    super(
      `Version ${facts.version} of projection ${JSON.stringify(facts.name)} is retired, a newer one is live: run that, or give the code a version of its own above it.`,
    );
    this.projection = facts.name;
    this.version = facts.version;
  }
}
