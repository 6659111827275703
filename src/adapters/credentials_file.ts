// The credentials file on disk: where it is, and what stands in it.
import type { Change, CredentialsFile, Log } from "../ports.ts";
import type { Environment } from "./environment.ts";
import type {
  FileReplacement,
  ReplacementOptions,
} from "./file_replacement.ts";
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
    return Promise.try(() => readRegularFile(this.path, "credentials file"));
  }

  async rehearse(change: Change): Promise<void> {
    await (await this.#forWriting()).rehearse(change);
  }

  async update(change: Change): Promise<void> {
    await (await this.#forWriting()).update(change);
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
