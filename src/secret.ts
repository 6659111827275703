// A secret value that is masked wherever it is shown.

/** How every secret is shown; the length says nothing about the value. */
export const MASK = "********";

/**
 * A string that prints, inspects, joins and serialises as {@linkcode MASK}.
 *
 * The value is in a private field, which structured clones and property walks
 * do not see. Call {@linkcode Secret.reveal} only where a request is signed or
 * a file is written.
 */
export class Secret {
  readonly #value: string;

  /** Wraps `value`. */
  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): string {
    return this.#value;
  }

  /** The mask. */
  toString(): string {
    return MASK;
  }

  /** The mask. */
  toJSON(): string {
    return MASK;
  }

  /** `console.log` and `Deno.inspect` call this, too. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}
