// Resolves the path of a file and its links, as the operating system does.
import { badLink, isMissing, unwritable } from "./system.ts";
import { PATHS } from "./paths.ts";

/** More links than any operating system follows. */
const MAX_LINKS = 100;

/** The location of a file, with all links resolved. */
export interface Place {
  /** Without links, `.` and `..`. */
  readonly path: string;
  readonly directory: string;
  readonly exists: boolean;
  /** The parent directories that do not exist, the outermost first. */
  readonly missing: readonly string[];
}

/**
 * Resolves `path`, which need not exist. With a user `own`, refuses a link of
 * another user in a sticky directory, as most but not all systems do themselves.
 *
 * @throws {UpdstsError} `FILE_NOT_FOUND` for a broken link, `FILE_UNUSABLE`
 * for a link to a server, `FILE_UNWRITABLE` for a link of another user
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

/** `path` without `..`, which the runtime would resolve before links rather than after. */
export function withoutParentNames(path: string): string {
  return /(?:^|\/)\.\.(?:\/|$)/.test(path) && Deno.build.os !== "windows"
    ? locate(path).path
    : path;
}

/** Whether two paths lead to the same file, which need not exist. */
export function isSameFile(one: string, other: string): boolean {
  try {
    return locate(one).path === locate(other).path;
  } catch {
    // Reading the file will report the error.
    return one === other;
  }
}

/** The existing part of a path, resolved, and the names that do not exist. */
interface Followed {
  readonly path: string;
  readonly rest: readonly string[];
}

/** Follows links one by one: `..` is the parent of the target of a link before it. */
function follow(path: string, own: number | null): Followed {
  let at = path.startsWith("/") ? "/" : Deno.realPathSync(".");
  const names = path.split("/").reverse();
  let inFile = false;
  // The link that was followed last, and how many names followed its own.
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
      // The system does not resolve `..` after a missing name.
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
        `${next} is a link of another user, in a directory where anybody may create one`,
        "name the intended file, or one in a directory of your own",
      );
    }
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
    // The sandbox opens a share by its drive letter only.
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

/** Whether only the owners of a file and of the directory may remove the file. */
export function isSticky(mode: number | null): boolean {
  return mode !== null && (mode & 0o1000) !== 0;
}
