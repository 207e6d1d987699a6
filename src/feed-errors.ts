import { JournalError } from './errors.ts';

/** A cursor that this library did not write. */
export class InvalidCursorError extends JournalError {
  readonly code = 'invalid_cursor';
  readonly argument: string;
  constructor(facts: { argument: string }) {
    super(
      `${facts.argument}: is not a cursor of this feed; hand in one as it was read, or none to start at the beginning.`,
    );
    this.argument = facts.argument;
  }
}

/**
 * The cursor was read from another database, or from a past of this one that a restore has undone: to go on from it
 * could skip entries. Start again without a cursor, and pass over what you know by thread id, generation and seq.
 */
export class CursorEpochChangedError extends JournalError {
  readonly code = 'cursor_epoch_changed';
  readonly reason: 'other-database' | 'rewound';
  constructor(facts: { reason: CursorEpochChangedError['reason'] }) {
    const what = facts.reason === 'rewound' ? 'a past of this database that was undone' : 'another database';
    super(`The cursor is of ${what} (restored, copied, or failed over): start the feed again without a cursor.`);
    this.reason = facts.reason;
  }
}

/** The feed of all threads cannot be read here and now; threads can. */
export class FeedUnavailableError extends JournalError {
  readonly code = 'feed_unavailable';
  readonly reason: 'standby' | 'restored';
  constructor(facts: { reason: FeedUnavailableError['reason'] }) {
    super(
      facts.reason === 'standby'
        ? 'A standby does not know which transactions are under way, and would lose entries: read the feed on the primary.'
        : 'The journal was restored into this server and never renewed: run renewAfterRestore(orm) once, as the owner of the tables.',
    );
    this.reason = facts.reason;
  }
}
