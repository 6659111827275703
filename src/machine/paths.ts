// Paths as a system spells them. Loading the runtime's own module for paths
// takes longer than all that `list` does.

/** Paths as one system spells them. */
export class Paths {
  readonly #windows: boolean;

  /** Paths of `os`. */
  constructor(os: typeof Deno.build.os) {
    this.#windows = os === "windows";
  }

  /** `path` with the one separator of the system, where it knows two. */
  withOneSeparator(path: string): string {
    return this.#windows ? path.replaceAll("/", "\\") : path;
  }

  /** Whether `path` names a server, on which the sandbox opens nothing. */
  isNetwork(path: string): boolean {
    return this.#windows &&
      /^\\\\(?:[^\\.?]|\?\\UNC\\)/i.test(this.withOneSeparator(path));
  }

  /** Whether two absolute paths are spelled alike, as far as the system distinguishes. */
  isSame(one: string, other: string): boolean {
    return this.#comparable(one) === this.#comparable(other);
  }

  /** Whether `path` leads into `directory`; both absolute, and without links. */
  isBelow(path: string, directory: string): boolean {
    return this.#comparable(path).startsWith(
      this.#comparable(this.join(directory, "")),
    );
  }

  #comparable(path: string): string {
    return this.#windows ? this.withOneSeparator(path).toLowerCase() : path;
  }

  /** `path`, counted from `directory` if it is relative. */
  absolute(path: string, directory: string): string {
    // A drive alone is a place of its own, as `\\server` is.
    const isAbsolute = this.#windows
      ? /^(?:[/\\]|[A-Za-z]:)/.test(path)
      : path.startsWith("/");
    if (isAbsolute) return path;
    const leading = this.#windows ? /^(?:\.[/\\]+)+/ : /^(?:\.\/+)+/;
    return this.join(directory, path.replace(leading, ""));
  }

  /** The path of `name` in `directory`. */
  join(directory: string, name: string): string {
    const ends = this.#windows ? /[/\\]$/ : /\/$/;
    return directory.replace(ends, "") + (this.#windows ? "\\" : "/") + name;
  }

  /** The directory that holds the file at `path`, which is absolute. */
  directoryOf(path: string): string {
    const end = path.search(this.#windows ? /[/\\][^/\\]*$/ : /\/[^/]*$/);
    // The root keeps its slash: `/`, `C:\`.
    const root = this.#windows ? /^(?:[A-Z]:)?[/\\]/i : /^\//;
    return path.slice(0, Math.max(end, root.exec(path)?.[0].length ?? 0));
  }
}

/** Paths of this system. */
export const PATHS = new Paths(Deno.build.os);
