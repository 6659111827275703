// Where the credentials file is, behind all links, and who has made these.
import { UpdstsError } from "../errors.ts";
import type { Environment } from "./environment.ts";
import { below, directoryOf, isBelow, withinReach } from "./paths.ts";
import { readRegularFile } from "./regular_file.ts";

/** What the file is in messages. */
export const WHAT = "credentials file";

/** More links than any system follows. */
const MAX_LINKS = 100;

/** Which file it is, whatever its name. */
export interface Identity {
  readonly dev: number;
  readonly ino: number | null;
}

/** Whose a file is, and its permission bits; null where the system has no such thing. */
export interface Access {
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mode: number | null;
}

/** Where a file is, behind all links. */
export interface Place {
  readonly path: string;
  readonly directory: string;
  /** Whether there is a file; if not, one may be made there. */
  readonly exists: boolean;
}

/** What `path` is behind all links, as far as the sandbox opens that. */
export function realPathOf(path: string): string {
  const real = withinReach(Deno.realPathSync(path), path);
  if (real !== path || !isLink(path)) return real;
  // It would be replaced by a file, and what it leads to would stay as it is.
  throw new UpdstsError(
    "FILE_UNUSABLE",
    `Cannot use the ${WHAT}: ${path} is a link to a server, where updsts may not open anything`,
    {
      hint:
        "give the share a drive letter (net use), and name the file by that",
    },
  );
}

/** Whether the file at `path`, behind all links, is in the user's profile; undefined if there is none. */
export function isInProfile(
  path: string,
  environment: Environment,
): boolean | undefined {
  try {
    return isBelow(path, realPathOf(environment.expandHome("~/")));
  } catch {
    return undefined;
  }
}

/** Permission bits; null on Windows, where the runtime makes some up. */
export function modeOf(
  { mode }: { readonly mode: number | null },
): number | null {
  return Deno.build.os === "windows" ? null : mode;
}

/** Where the file at `path` is; `create` says that there need be none yet. */
export function locate(path: string, create: boolean): Place {
  try {
    const real = realPathOf(path);
    return { path: real, directory: directoryOf(real), exists: true };
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    if (missing && isLink(path)) {
      throw new UpdstsError(
        "FILE_NOT_FOUND",
        `Cannot read the ${WHAT}: ${path} is a link to nothing`,
        { hint: "mend the link, or create what it points to", cause: error },
      );
    }
    const name = /[^/\\]*$/.exec(path)?.[0] ?? "";
    if (missing && create && name !== "") {
      const directory = realPathOf(directoryOf(path) || ".");
      return { path: below(directory, [name]), directory, exists: false };
    }
    // Says why, in the words that reading it would.
    readRegularFile(path, WHAT);
    throw error;
  }
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

/**
 * Whether the links of `path` lead to `target`, step by step. Refuses one that
 * a neighbour has put into a sticky directory, where anybody may: it would
 * choose what the user `own` writes. Most systems do so themselves, not all.
 */
export function leadsTo(
  path: string,
  target: Identity | undefined,
  own: number | null,
): boolean {
  // Without owners, as on Windows, there is no such directory either.
  if (own === null || target === undefined) return true;
  let at = path.startsWith("/") ? "/" : Deno.realPathSync(".");
  let found = Deno.lstatSync(at);
  const names = path.split("/").reverse();
  for (
    let name = names.pop(), links = 0;
    name !== undefined;
    name = names.pop()
  ) {
    if (name === "" || name === ".") continue;
    const next = name === ".." ? directoryOf(at) : below(at, [name]);
    const info = Deno.lstatSync(next);
    if (!info.isSymlink) {
      [at, found] = [next, info];
      continue;
    }
    const mayBeAnybodys = isSticky(found.mode) && info.uid !== own &&
      info.uid !== 0;
    if (mayBeAnybodys) {
      throw new UpdstsError(
        "FILE_UNWRITABLE",
        `Cannot write the ${WHAT}: ${next} is a link of somebody else's, in a directory where anybody may put one`,
        {
          hint:
            "name the file that is meant, or one in a directory of your own",
        },
      );
    }
    if (links++ === MAX_LINKS) return false;
    const to = Deno.readLinkSync(next);
    if (to.startsWith("/")) [at, found] = ["/", Deno.lstatSync("/")];
    names.push(...to.split("/").reverse());
  }
  return found.ino === target.ino && found.dev === target.dev;
}

/** Whether only its owner, besides that of the directory, may remove a file there. */
export function isSticky(mode: number | null): boolean {
  return mode !== null && (mode & 0o1000) !== 0;
}
