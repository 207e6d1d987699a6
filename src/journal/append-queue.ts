import type { Call } from '../dialects/index.ts';
import { QueueFullError } from '../errors.ts';
import { inCleanContext } from './clean-context.ts';
import type { Member } from './decide.ts';
import type { AppendResult } from './journal.ts';

/** An append in line. */
export interface Waiting {
  readonly member: Member;
  readonly call: Call;
  readonly bytes: number;
  /** Its thread was held by others when its batch came by: it is sent with its own thread's appends only. */
  apart: boolean;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

/** Sends a batch and answers each of its appends; those to be sent again, apart, are returned. Never rejects. */
export type Flush = (batch: readonly Waiting[], held: 'wait' | 'skip') => Promise<readonly Waiting[]>;

const MAX_BATCH = 512;
const MAX_BATCH_BYTES = 4_194_304;
/** Batches under way that may wait for others; one more never does. Each may hold a connection of the host's pool. */
const MAX_OVERDUE = 3;
/** A batch that takes longer than this, milliseconds, waits for somebody: others no longer wait for it. */
const PATIENCE = 50;
/** So long at most, milliseconds, appends go one after the other without a turn of the event loop between. */
const TURN = 1;

/**
 * Appends made while one is under way wait for it and then go together: the slower the database, the larger the batch.
 * No timer delays anything; an append that finds nobody before it is sent at once.
 *
 * Appends of one thread keep the order of their calls: no two batches under way have a thread in common.
 */
export class AppendQueue {
  readonly #flush: Flush;
  readonly #maxBytes: number;
  /** Yields once before the first batch, where a batch under way leaves others no time to gather. */
  readonly #gathers: boolean;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #underWay = 0;
  /** Batches under way that nobody waits for any more. */
  #overdue = 0;
  #gathering = false;
  #lastBatch = 0;
  /** When the event loop had its last turn. */
  #turned = 0;
  /** Appends set apart are in line. */
  #hasApart = false;
  readonly #busy = new Set<string>();

  constructor(flush: Flush, { maxBytes, gathers }: { readonly maxBytes: number; readonly gathers: boolean }) {
    this.#flush = flush;
    this.#maxBytes = maxBytes;
    this.#gathers = gathers;
  }

  /** @throws QueueFullError */
  add(member: Member, call: Call): Promise<AppendResult> {
    const bytes = member.entries.reduce((sum, { payload, refs }) => sum + payload.length + refs.length + 256, 256);
    if (this.#bytes + bytes > this.#maxBytes) throw new QueueFullError({ maxQueuedBytes: this.#maxBytes });
    this.#bytes += bytes;
    const { promise, resolve, reject } = Promise.withResolvers<AppendResult>();
    this.#waiting.push({ member, call, bytes, apart: false, resolve, reject });
    inCleanContext(() => this.#start());
    return promise;
  }

  /**
   * One alone is not kept waiting for others when the last had none beside it either; but a writer that makes one after
   * the other must leave the event loop its turns.
   */
  #start(): void {
    const alone = this.#lastBatch === 1 && performance.now() - this.#turned < TURN;
    if (!this.#gathers || this.#underWay > 0 || alone) {
      this.#sendNext();
      return;
    }
    if (this.#gathering) return;
    this.#gathering = true;
    setImmediate(() => {
      this.#gathering = false;
      this.#turned = performance.now();
      this.#sendNext();
    });
  }

  #sendNext(): void {
    // Beside a batch that is waited for none may begin but those set apart; to find that out by looking at each append
    // in line, for each one that joins it, would take more time than the database does.
    while (this.#waiting.length > 0 && (this.#hasApart || this.#underWay === this.#overdue)) {
      const batch = this.#take();
      if (batch.length === 0) return;
      void this.#send(batch);
    }
  }

  /**
   * The next batch, in order, of threads that are not under way. While a batch is under way only appends set apart are
   * sent beside it: they wait for others anyway, and nobody should wait for them.
   */
  #take(): readonly Waiting[] {
    const mayBegin = (waiting: Waiting): boolean =>
      waiting.apart ? this.#overdue < MAX_OVERDUE : this.#underWay === this.#overdue;
    const batch: Waiting[] = [];
    const passed = new Set<string>();
    const rest: Waiting[] = [];
    let bytes = 0;
    for (const waiting of this.#waiting) {
      const { threadId } = waiting.member;
      const first = batch[0];
      const fits =
        !this.#busy.has(threadId) &&
        !passed.has(threadId) &&
        (first === undefined || (batch.length < MAX_BATCH && bytes + waiting.bytes <= MAX_BATCH_BYTES)) &&
        (first === undefined ? mayBegin(waiting) : goesWith(waiting, first));
      if (waiting.call.ended) {
        this.#bytes -= waiting.bytes;
      } else if (fits) {
        batch.push(waiting);
        bytes += waiting.bytes;
      } else {
        passed.add(threadId);
        rest.push(waiting);
      }
    }
    this.#waiting = rest;
    this.#hasApart = rest.some(({ apart }) => apart);
    return batch;
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const threads = new Set(batch.map(({ member }) => member.threadId));
    for (const threadId of threads) this.#busy.add(threadId);
    this.#underWay += 1;
    this.#lastBatch = batch.length;
    let overdue = batch[0]?.apart ?? false;
    const held = overdue || (threads.size === 1 && this.#overdue < MAX_OVERDUE) ? 'wait' : 'skip';
    this.#overdue += overdue ? 1 : 0;
    const patience = setTimeout(() => {
      if (overdue) return;
      overdue = true;
      this.#overdue += 1;
      this.#sendNext();
    }, PATIENCE);
    const again = await this.#flush(batch, held);
    clearTimeout(patience);
    this.#underWay -= 1;
    this.#overdue -= overdue ? 1 : 0;
    for (const threadId of threads) this.#busy.delete(threadId);
    for (const waiting of batch) this.#bytes -= waiting.bytes;
    for (const waiting of again) {
      waiting.apart = true;
      this.#bytes += waiting.bytes;
    }
    this.#waiting = [...again, ...this.#waiting];
    this.#hasApart ||= again.length > 0;
    this.#sendNext();
  }
}

/** Appends set apart go with those of their own thread only. */
function goesWith(waiting: Waiting, first: Waiting): boolean {
  return first.apart ? waiting.member.threadId === first.member.threadId : !waiting.apart;
}
