// Paths of an operating system. Loading the standard module for paths would take longer than `list`.

export class Paths {
  readonly #windows: boolean;

  constructor(os: typeof Deno.build.os) {
    this.#windows = os === "windows";
  }

  /** `path` with backslashes on Windows. */
  normalizeSeparators(path: string): string {
    return this.#windows ? path.replaceAll("/", "\\") : path;
  }

  /** Whether `path` is on a server, where the sandbox does not open files. */
  isNetwork(path: string): boolean {
    return this.#windows &&
      /^\\\\(?:[^\\.?]|\?\\UNC\\)/i.test(this.normalizeSeparators(path));
  }

  /** Whether two absolute paths are equal, apart from case on Windows. */
  isSame(one: string, other: string): boolean {
    return this.#comparable(one) === this.#comparable(other);
  }

  /** Whether `path` is in `directory`; both absolute and without links. */
  isBelow(path: string, directory: string): boolean {
    return this.#comparable(path).startsWith(
      this.#comparable(this.join(directory, "")),
    );
  }

  #comparable(path: string): string {
    return this.#windows ? this.normalizeSeparators(path).toLowerCase() : path;
  }

  absolute(path: string, directory: string): string {
    // `C:` and `\\server` count as absolute.
    const isAbsolute = this.#windows
      ? /^(?:[/\\]|[A-Za-z]:)/.test(path)
      : path.startsWith("/");
    if (isAbsolute) return path;
    const leading = this.#windows ? /^(?:\.[/\\]+)+/ : /^(?:\.\/+)+/;
    return this.join(directory, path.replace(leading, ""));
  }

  join(directory: string, name: string): string {
    const ends = this.#windows ? /[/\\]$/ : /\/$/;
    return directory.replace(ends, "") + (this.#windows ? "\\" : "/") + name;
  }

  directoryOf(path: string): string {
    const end = path.search(this.#windows ? /[/\\][^/\\]*$/ : /\/[^/]*$/);
    // The root keeps its slash: `/`, `C:\`.
    const root = this.#windows ? /^(?:[A-Z]:)?[/\\]/i : /^\//;
    return path.slice(0, Math.max(end, root.exec(path)?.[0].length ?? 0));
  }
}

export const PATHS = new Paths(Deno.build.os);
