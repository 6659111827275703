// A secret value that is masked wherever it is shown.

/** What every secret looks like when it is shown: one width, whatever it hides. */
export const MASK = "********";

/**
 * A string that prints, inspects, joins and serialises as {@linkcode MASK}.
 *
 * The value lives in a private field, so structured clones and property walks
 * find nothing either. {@linkcode Secret.reveal} is the only way out; call it
 * where a request is signed or a file is written, and nowhere else.
 */
export class Secret {
  readonly #value: string;

  /** Hides `value`. */
  constructor(value: string) {
    this.#value = value;
  }

  /** The hidden value. */
  reveal(): string {
    return this.#value;
  }

  /** The mask, for string conversion. */
  toString(): string {
    return MASK;
  }

  /** The mask, for `JSON.stringify`. */
  toJSON(): string {
    return MASK;
  }

  /** The mask, for template strings and arithmetic. */
  [Symbol.toPrimitive](): string {
    return MASK;
  }

  /** The mask, for `console.log` and `Deno.inspect`. */
  [Symbol.for("Deno.customInspect")](): string {
    return MASK;
  }

  /** The mask, for `node:util` inspect. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}
