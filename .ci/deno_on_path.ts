// Whether people who have started this can type `deno` themselves.
import { delimiter, join } from "node:path";

/** Whether `deno` is the Deno that runs this, for any shell of this user. */
export function isOnPath(): boolean {
  // What npx and npm put on the PATH is there for a moment only.
  const directories = (Deno.env.get("PATH") ?? "").split(delimiter)
    .filter((path) => !/[\\/]node_modules[\\/]/.test(path));
  for (const directory of directories) {
    try {
      const found = join(
        directory,
        Deno.build.os === "windows" ? "deno.exe" : "deno",
      );
      return Deno.realPathSync(found) === Deno.realPathSync(Deno.execPath());
    } catch {
      // Not there: look further.
    }
  }
  return false;
}
