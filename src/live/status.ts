import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs';

/**
 * `live`: what is committed anywhere is heard of at once. `catching-up`: a stream has not reached the present yet.
 * `degraded`: the database is away, or commits of other processes are found by asking only; nothing is lost.
 */
export type LiveStatus = 'live' | 'catching-up' | 'degraded';

export class Status {
  /** Undefined until it is known. */
  #hears: boolean | undefined = true;
  readonly #behind = new Set<object>();
  readonly #failing = new Set<object>();
  readonly #subject = new BehaviorSubject<LiveStatus>('live');
  readonly changes: Observable<LiveStatus> = this.#subject.pipe(distinctUntilChanged());

  get hears(): boolean | undefined {
    return this.#hears;
  }

  set hears(hears: boolean | undefined) {
    this.#hears = hears;
    this.#tell();
  }

  behind(follower: object, is: boolean): void {
    if (is) this.#behind.add(follower);
    else this.#behind.delete(follower);
    this.#tell();
  }

  failing(follower: object, is: boolean): void {
    if (is) this.#failing.add(follower);
    else if (!this.#failing.delete(follower)) return;
    this.#tell();
  }

  end(): void {
    this.#subject.complete();
  }

  #tell(): void {
    const isDegraded = this.#hears === false || this.#failing.size > 0;
    const isBehind = this.#hears === undefined || this.#behind.size > 0;
    this.#subject.next(isDegraded ? 'degraded' : isBehind ? 'catching-up' : 'live');
  }
}
