// Errors that are told in one line, without a stack: the user wrote something that is wrong, or the machine could not
// give what was needed. Each class says which exit code the command ends with. Any other error is a bug of ours.

export abstract class TornwireError extends Error {
  /** One of `EXIT`: `usage` if the user must correct what is written, `harness` if the machine is at fault. */
  abstract readonly exitCode: number;

  /** Made of the name of the class: a RuntimeError has TW-RUNTIME. `tornwire explain <code>` says more. */
  get code(): string {
    const words = this.constructor.name.replace(/Error$/, '').replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-');
    return `TW-${words.toUpperCase()}`;
  }
}
