// Paths, as far as they are needed here; loading the runtime's own module for
// them takes longer than all that `list` does.

/** What stands between the parts of a path. */
function separatorOf(os: typeof Deno.build.os): string {
  return os === "windows" ? "\\" : "/";
}

/** `path` with the one separator of the system, where it knows two. */
export function withOneSeparator(
  path: string,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  return os === "windows" ? path.replaceAll("/", "\\") : path;
}

/** Whether `path` names a server, which the sandbox opens nothing on. */
export function isNetworkPath(
  path: string,
  os: typeof Deno.build.os = Deno.build.os,
): boolean {
  return os === "windows" &&
    /^\\\\(?:[^\\.?]|\?\\UNC\\)/i.test(withOneSeparator(path, os));
}

/**
 * `real`, which is what `path` is behind all links; but by the drive letter of
 * `path`, if Windows has given it one for what is on a server.
 */
export function withinReach(
  real: string,
  path: string,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  const hasDrive = os === "windows" && /^[A-Z]:[/\\]/i.test(path);
  return hasDrive && isNetworkPath(real, os) ? path : real;
}

/** Whether two absolute paths are spelled alike, as far as the system minds. */
export function isSamePath(
  one: string,
  other: string,
  os: typeof Deno.build.os = Deno.build.os,
): boolean {
  return comparable(one, os) === comparable(other, os);
}

/** Whether `path` leads into `directory`; both absolute, and behind all links. */
export function isBelow(
  path: string,
  directory: string,
  os: typeof Deno.build.os = Deno.build.os,
): boolean {
  return comparable(path, os).startsWith(
    comparable(below(directory, [""], os), os),
  );
}

function comparable(path: string, os: typeof Deno.build.os): string {
  return os === "windows" ? withOneSeparator(path, os).toLowerCase() : path;
}

/** `path`, counted from `directory` if it is relative. */
export function absolute(
  path: string,
  directory: string,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  // A drive alone is a place of its own, as `\\server` is.
  const isAbsolute = os === "windows"
    ? /^(?:[/\\]|[A-Za-z]:)/.test(path)
    : path.startsWith("/");
  if (isAbsolute) return path;
  const plain = path.replace(
    os === "windows" ? /^(?:\.[/\\]+)+/ : /^(?:\.\/+)+/,
    "",
  );
  return below(directory, [plain], os);
}

/** The path of `names` below `directory`. */
export function below(
  directory: string,
  names: readonly string[],
  os: typeof Deno.build.os = Deno.build.os,
): string {
  const separator = separatorOf(os);
  const start = /[/\\]$/.test(directory) && os === "windows" ||
      directory.endsWith("/")
    ? directory.slice(0, -1)
    : directory;
  return [start, ...names].join(separator);
}

/** The directory that holds the file at `path`, which is absolute. */
export function directoryOf(
  path: string,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  const end = os === "windows"
    ? Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"))
    : path.lastIndexOf("/");
  // The root keeps its slash: `/`, `C:\`.
  const root = os === "windows" ? /^(?:[A-Z]:)?[/\\]/i : /^\//;
  return path.slice(0, Math.max(end, root.exec(path)?.[0].length ?? 0));
}
