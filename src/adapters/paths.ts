// Paths, as far as they are needed here; loading the runtime's own module for
// them takes longer than all that `list` does.

/** What stands between the parts of a path. */
function separatorOf(os: typeof Deno.build.os): string {
  return os === "windows" ? "\\" : "/";
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
