// What the harness uses and Node 22 lacks. Every entry of the package imports this file for its effect. Node 24 has it all.

/** ECMAScript's explicit resource management: undone in reverse order, and no error is lost. */
export class UndoStack implements AsyncDisposableStack {
  readonly [Symbol.toStringTag] = 'AsyncDisposableStack';
  #undos: (() => unknown)[] = [];
  #disposed = false;

  get disposed(): boolean {
    return this.#disposed;
  }

  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    if (value === null || value === undefined) return value;
    const undo = (value as Partial<AsyncDisposable>)[Symbol.asyncDispose] ?? (value as Partial<Disposable>)[Symbol.dispose];
    if (typeof undo !== 'function') throw new TypeError('The value has neither Symbol.asyncDispose nor Symbol.dispose.');
    this.defer(() => undo.call(value) as PromiseLike<void> | void);
    return value;
  }

  adopt<T>(value: T, undo: (value: T) => PromiseLike<void> | void): T {
    this.defer(() => undo(value));
    return value;
  }

  defer(undo: () => PromiseLike<void> | void): void {
    if (this.#disposed) throw new ReferenceError('The stack has been disposed of.');
    this.#undos.push(undo);
  }

  move(): AsyncDisposableStack {
    if (this.#disposed) throw new ReferenceError('The stack has been disposed of.');
    const moved = new UndoStack();
    moved.#undos = this.#undos.splice(0);
    this.#disposed = true;
    return moved;
  }

  async disposeAsync(): Promise<void> {
    this.#disposed = true;
    let failed: { error: unknown } | undefined;
    for (const undo of this.#undos.splice(0).toReversed()) {
      try {
        await undo();
      } catch (error) {
        failed = { error: failed === undefined ? error : suppressing(error, failed.error) };
      }
    }
    if (failed !== undefined) throw failed.error;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }
}

/** As SuppressedError, which Node 22 lacks too. */
function suppressing(error: unknown, suppressed: unknown): Error {
  const both = new Error('An error was suppressed during disposal.');
  return Object.assign(both, { name: 'SuppressedError', error, suppressed });
}

(globalThis as { AsyncDisposableStack?: unknown }).AsyncDisposableStack ??= UndoStack;
