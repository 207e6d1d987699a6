import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** A worker process, and the lines it says. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: string[] = [];
  #errors = '';
  #wake = (): void => {};
  #over = false;

  constructor(url: string) {
    const { VITEST: _, ...env } = process.env;
    this.#child = spawn(process.execPath, [WORKER, url], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin?.on('error', () => {});
    this.#child.stderr?.on('data', chunk => {
      this.#errors += chunk;
    });
    const out = createInterface({ input: this.#child.stdout ?? process.stdin });
    out.on('line', line => {
      this.#lines.push(line);
      this.#wake();
    });
    this.#ended = Promise.all([once(this.#child, 'exit'), once(out, 'close')]).then(() => {
      this.#over = true;
      this.#wake();
    });
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** The next line. Fails when the process ends without one. */
  async line(): Promise<string> {
    while (this.#lines.length === 0) {
      if (this.#over) throw new Error(`the worker ended: ${this.#errors}`);
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    return this.#lines.shift() ?? '';
  }

  /** SIGKILL. The last line that it has said. */
  async kill(): Promise<string | undefined> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    if (this.#errors !== '') throw new Error(`the worker failed: ${this.#errors}`);
    return this.#lines.at(-1);
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
