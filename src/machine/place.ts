// Resolves the path of a file: follows links as the system does.
import { badLink, isMissing, unwritable } from "./system.ts";
import { PATHS } from "./paths.ts";

/** More links than any system follows. */
const MAX_LINKS = 100;

/** The place of a file after all links. */
export interface Place {
  /** Without links, `.` and `..`. */
  readonly path: string;
  readonly directory: string;
  /** Whether there is a file; if not, one may be created there. */
  readonly exists: boolean;
  /** The directories that the file lacks, the outermost first. */
  readonly missing: readonly string[];
}

/**
 * Where the file at `path` is; it need not exist. If user `own` is to write it,
 * a link of another user in a sticky directory is refused: anybody may put one
 * there. Most systems refuse it themselves, not all.
 *
 * @throws {UpdstsError} `FILE_NOT_FOUND` for a link to nothing, `FILE_UNUSABLE`
 * for a link to a server, `FILE_UNWRITABLE` for a link of a neighbour
 */
export function locate(path: string, own: number | null = null): Place {
  const { path: start, rest } = Deno.build.os === "windows"
    ? followOnWindows(path)
    : follow(path, own);
  const missing: string[] = [];
  let at = start;
  for (const name of rest) {
    if (at !== start) missing.push(at);
    at = PATHS.join(at, name);
  }
  return {
    path: at,
    directory: PATHS.directoryOf(at),
    exists: rest.length === 0,
    missing,
  };
}

/** `path` without `..`, which the runtime would remove with the name before, even if that is a link. */
export function asSystemReads(path: string): string {
  return /(?:^|\/)\.\.(?:\/|$)/.test(path) && Deno.build.os !== "windows"
    ? locate(path).path
    : path;
}

/** Whether two paths lead to one file, or to one that is not there yet. */
export function isSameFile(one: string, other: string): boolean {
  try {
    return locate(one).path === locate(other).path;
  } catch {
    // Reading the file reports the error.
    return one === other;
  }
}

/** As far as a path leads, and the names that do not exist. */
interface Followed {
  readonly path: string;
  readonly rest: readonly string[];
}

/** Follows links one by one, as the system does: `..` leads up from where the link before it leads. */
function follow(path: string, own: number | null): Followed {
  let at = path.startsWith("/") ? "/" : Deno.realPathSync(".");
  const names = path.split("/").reverse();
  let inFile = false;
  // The link that was followed last, and how many names come after its own.
  let link: { readonly path: string; readonly after: number } | undefined;
  for (
    let name = names.pop(), links = 0;
    name !== undefined;
    name = names.pop()
  ) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (inFile) throw new Deno.errors.NotADirectory("Not a directory");
      at = PATHS.directoryOf(at);
      continue;
    }
    const next = PATHS.join(at, name);
    let info: Deno.FileInfo;
    try {
      info = Deno.lstatSync(next);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      if (link !== undefined && names.length >= link.after) {
        throw badLink(link.path, "nothing");
      }
      const rest = names.filter((name) => name !== "" && name !== ".");
      // The system finds nothing there, however often it leads back up.
      if (rest.includes("..") || path.endsWith("/")) throw error;
      return { path: at, rest: [name, ...rest.reverse()] };
    }
    if (!info.isSymlink) {
      at = next;
      inFile = !info.isDirectory;
      continue;
    }
    if (
      own !== null && info.uid !== own && info.uid !== 0 &&
      isSticky(Deno.statSync(at).mode)
    ) {
      throw unwritable(
        `${next} is a link of another user, in a directory where anybody may put one`,
        "name the file that is meant, or one in a directory of your own",
      );
    }
    // The system says itself that they go round in a circle.
    if (links++ === MAX_LINKS) Deno.statSync(path);
    const to = Deno.readLinkSync(next);
    link = { path: next, after: names.length };
    names.push(...to.split("/").reverse());
    if (to.startsWith("/")) at = "/";
  }
  return { path: at, rest: [] };
}

function followOnWindows(path: string): Followed {
  try {
    const real = Deno.realPathSync(path);
    // The sandbox opens a mapped drive by its letter only.
    const hasDrive = /^[A-Z]:[/\\]/i.test(path);
    const within = hasDrive && PATHS.isNetwork(real) ? path : real;
    if (within === path && isLink(path)) throw badLink(path, "a server");
    return { path: within, rest: [] };
  } catch (error) {
    const directory = PATHS.directoryOf(path);
    if (!isMissing(error) || directory === path) throw error;
    if (isLink(path)) throw badLink(path, "nothing");
    const up = followOnWindows(directory || ".");
    const name = /[^/\\]*$/.exec(path)?.[0] ?? "";
    return { path: up.path, rest: [...up.rest, name] };
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

/** Whether only its owner, besides that of the directory, may remove a file there. */
export function isSticky(mode: number | null): boolean {
  return mode !== null && (mode & 0o1000) !== 0;
}
