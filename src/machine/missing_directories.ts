// The directories that a new file lacks: made for it, and gone again if it does not come.
import { UpdstsError } from "../errors.ts";
import { atExit } from "./at_exit.ts";
import { directoryOf } from "./paths.ts";
import { WHAT } from "./place.ts";

/** Directories that were not there before. */
export class MissingDirectories implements Disposable {
  readonly #made: string[] = [];
  readonly #gone = atExit(() => this.#remove());

  /** Makes what is missing above the file at `path`, open to this user only. */
  make(path: string): void {
    this.#make(directoryOf(path));
  }

  #make(directory: string): void {
    if (directory === "" || isThere(directory)) return;
    this.#make(directoryOf(directory));
    try {
      Deno.mkdirSync(directory, { mode: 0o700 });
      this.#made.push(directory);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      // Another program was faster, or has already removed it again.
      if (!isDangling(directory)) return;
      throw new UpdstsError(
        "FILE_NOT_FOUND",
        `Cannot write the ${WHAT}: ${directory} is a link to nothing`,
        { hint: "mend the link, or create what it points to", cause: error },
      );
    }
  }

  /** Leaves them where they are. */
  keep(): void {
    this.#made.length = 0;
  }

  /** Removes those that are still empty. */
  [Symbol.dispose](): void {
    this.#remove();
    this.#gone[Symbol.dispose]();
  }

  #remove(): void {
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

function isDangling(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink && !isThere(path);
  } catch {
    return false;
  }
}
