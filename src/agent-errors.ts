import { JournalError } from './errors.ts';

/** Two keys have the same hash: the one asked for is not the one that is stored. Nothing was read or written. */
export class CheckpointKeyCollisionError extends JournalError {
  readonly code = 'checkpoint_key_collision';
  readonly keyHash: string;
  constructor(facts: { keyHash: string }) {
    super(`Another key is stored under the hash ${facts.keyHash}: use a different key.`);
    this.keyHash = facts.keyHash;
  }
}

/** Corruption: a checkpoint that is not as it was put. `delete` removes it. */
export class CorruptCheckpointError extends JournalError {
  readonly code = 'corrupt_checkpoint';
  readonly keyHash: string;
  constructor(facts: { keyHash: string; reason: string; cause?: unknown }) {
    super(
      `The checkpoint with the hash ${facts.keyHash} ${facts.reason}: restore it from a backup, or delete it to start anew.`,
      { cause: facts.cause },
    );
    this.keyHash = facts.keyHash;
  }
}

/** Somebody else has put or deleted this checkpoint since. Nothing was written. */
export class CheckpointConflictError extends JournalError {
  readonly code = 'checkpoint_conflict';
  /** 0: it must not have been there. */
  readonly expectedVersion: number;
  /** 0: there is none. */
  readonly actualVersion: number;
  constructor(facts: { expectedVersion: number; actualVersion: number }) {
    super(
      `The checkpoint is at version ${facts.actualVersion}, not ${facts.expectedVersion}: read it again (an agent: thaw it again), then decide again.`,
    );
    this.expectedVersion = facts.expectedVersion;
    this.actualVersion = facts.actualVersion;
  }
}

/** What an agent's `checkpoint()` gave, or what is stored under its key, has not the shape of a checkpoint. */
export class InvalidCheckpointError extends JournalError {
  readonly code = 'invalid_checkpoint';
  readonly agentType: string;
  /** What is wrong, as a path: `checkpoint.state`. */
  readonly path: string;
  constructor(facts: { agentType: string; path: string; reason: string }) {
    super(`Agent type ${JSON.stringify(facts.agentType)}: ${facts.path} ${facts.reason}.`);
    this.agentType = facts.agentType;
    this.path = facts.path;
  }
}

/** Code of the agent threw, or returned what it must not. Nothing was written. */
export class CheckpointCallbackError extends JournalError {
  readonly code = 'checkpoint_callback_failed';
  readonly callback: 'checkpoint' | 'create' | 'restore' | 'evolve';
  readonly agentType: string;
  readonly agentId: string;
  constructor(facts: {
    callback: CheckpointCallbackError['callback'];
    agentType: string;
    agentId: string;
    /** Left out when it threw: the cause says more. */
    reason?: string;
    cause?: unknown;
  }) {
    const { callback, agentType, agentId, reason = 'threw (see the cause)' } = facts;
    super(`${callback} of agent ${JSON.stringify(agentId)} (${JSON.stringify(agentType)}) ${reason}.`, {
      cause: facts.cause,
    });
    this.callback = callback;
    this.agentType = agentType;
    this.agentId = agentId;
  }
}

/** The stored thread has entries behind the agent's last: it worked on an old one. Nothing was written. */
export class ThreadRevRegressionError extends JournalError {
  readonly code = 'thread_rev_regression';
  readonly threadId: string;
  readonly localRev: number;
  readonly storedRev: number;
  constructor(facts: { threadId: string; localRev: number; storedRev: number }) {
    super(
      `Thread ${JSON.stringify(facts.threadId)} is at rev ${facts.storedRev}, the agent's at ${facts.localRev}: refresh the agent's thread or thaw the agent again.`,
    );
    this.threadId = facts.threadId;
    this.localRev = facts.localRev;
    this.storedRev = facts.storedRev;
  }
}

/** The stored thread and the agent's went different ways: two worked on it at once. Nothing was written. */
export class ThreadForkError extends JournalError {
  readonly code = 'thread_fork';
  readonly threadId: string;
  /** The first seq at which they differ. */
  readonly divergesAtSeq: number;
  constructor(facts: { threadId: string; divergesAtSeq: number }) {
    super(
      `Thread ${JSON.stringify(facts.threadId)} differs from the agent's from seq ${facts.divergesAtSeq} on: thaw the agent again and decide again.`,
    );
    this.threadId = facts.threadId;
    this.divergesAtSeq = facts.divergesAtSeq;
  }
}

/** A checkpoint, or an agent in memory, speaks of another thread than the stored one. */
export class ThreadMismatchError extends JournalError {
  readonly code = 'thread_mismatch';
  readonly threadId: string;
  /**
   * `generation`: the thread was deleted and made again. `rev`: it is shorter than it was. `hash`: its history is not
   * what it was. `moved-on`: it has new entries, which the policy `strict` refuses.
   */
  readonly reason: 'generation' | 'rev' | 'hash' | 'moved-on';
  readonly expectedRev: number;
  readonly actualRev: number;
  constructor(facts: {
    threadId: string;
    reason: ThreadMismatchError['reason'];
    expectedRev: number;
    actualRev: number;
  }) {
    super(
      `Thread ${JSON.stringify(facts.threadId)} is not the one the agent knows (${facts.reason}; rev ${facts.actualRev}, known at ${facts.expectedRev}): ${ADVICE[facts.reason]}.`,
    );
    this.threadId = facts.threadId;
    this.reason = facts.reason;
    this.expectedRev = facts.expectedRev;
    this.actualRev = facts.actualRev;
  }
}

const ADVICE: Readonly<Record<ThreadMismatchError['reason'], string>> = {
  generation: "delete the agent's checkpoint to start anew",
  rev: 'the journal was changed from outside; restore it from a backup',
  hash: 'the journal was changed from outside; restore it from a backup',
  'moved-on': "thaw it with the policy 'latest' or 'exact'",
};

/** The agent's thread was deleted. */
export class MissingThreadError extends JournalError {
  readonly code = 'missing_thread';
  readonly threadId: string;
  /** The rev at which the agent knew it. */
  readonly rev: number;
  constructor(facts: { threadId: string; rev: number }) {
    super(
      `Thread ${JSON.stringify(facts.threadId)}, known to the agent at rev ${facts.rev}, is gone: delete the agent's checkpoint to start anew.`,
    );
    this.threadId = facts.threadId;
    this.rev = facts.rev;
  }
}

/** The agent store was closed: its sessions take no more work. */
export class AgentStoreClosedError extends JournalError {
  readonly code = 'agent_store_closed';
  constructor() {
    super('This agent store is closed: open another one.');
  }
}
