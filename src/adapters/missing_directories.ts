// The directories that a new file lacks: made for it, and gone again if it does not come.
import { directoryOf } from "./paths.ts";

/** Directories that were not there before. */
export class MissingDirectories implements Disposable {
  readonly #made: string[] = [];

  /** Makes what is missing above the file at `path`, open to this user only. */
  constructor(path: string) {
    try {
      this.#make(directoryOf(path));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  #make(directory: string): void {
    if (directory === "" || isThere(directory)) return;
    this.#make(directoryOf(directory));
    try {
      Deno.mkdirSync(directory, { mode: 0o700 });
      this.#made.push(directory);
    } catch (error) {
      // Another program was faster.
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }

  /** Leaves them where they are. */
  keep(): void {
    this.#made.length = 0;
  }

  /** Removes those that are still empty. */
  [Symbol.dispose](): void {
    for (const directory of this.#made.toReversed()) {
      try {
        Deno.removeSync(directory);
      } catch {
        return;
      }
    }
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
