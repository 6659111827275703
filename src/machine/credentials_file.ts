// The credentials file on disk: where it is, and what stands in it.
import { UpdstsError } from "../errors.ts";
import type { Change, CredentialsFile, Log, SeenBefore } from "../ports.ts";
import type { Environment } from "./environment.ts";
import type { FileReplacement } from "./file_replacement.ts";
import type { ReplacementOptions } from "./locked_target.ts";
import { onceReleased } from "./held_file.ts";
import { readRegularFile } from "./regular_file.ts";

/** The path of the credentials file: `given`, else the environment's, else the usual one. */
export function credentialsPath(
  given: string | undefined,
  environment: Environment,
): string {
  return environment.expandHome(
    given || environment.get("AWS_SHARED_CREDENTIALS_FILE") ||
      "~/.aws/credentials",
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof UpdstsError && error.code === "FILE_NOT_FOUND";
}

/** A credentials file in the local file system. */
export class LocalCredentialsFile implements CredentialsFile {
  readonly path: string;
  readonly #environment: Environment;
  readonly #log: Log;
  readonly #options: ReplacementOptions;
  #replacement: Promise<FileReplacement> | undefined;

  /** The file at `path`; nothing is touched yet. */
  constructor(
    path: string,
    environment: Environment,
    log: Log,
    options: ReplacementOptions = {},
  ) {
    this.path = path;
    this.#environment = environment;
    this.#log = log;
    this.#options = options;
  }

  read(): Promise<string> {
    return onceReleased(() => {
      try {
        return readRegularFile(this.path, "credentials file");
      } catch (error) {
        if (this.#options.create && isMissing(error)) return "";
        throw error;
      }
    });
  }

  async rehearse(change: Change): Promise<void> {
    await (await this.#forWriting()).rehearse(change);
  }

  async update(change: Change, seen?: SeenBefore): Promise<void> {
    await (await this.#forWriting()).update(change, seen);
  }

  /** Loaded when something is to be written: most commands only read. */
  #forWriting(): Promise<FileReplacement> {
    return this.#replacement ??= import("./file_replacement.ts").then(
      ({ FileReplacement }) =>
        new FileReplacement(
          this.path,
          this.#environment,
          this.#log,
          this.#options,
        ),
    );
  }
}
