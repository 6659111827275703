// Tests that this machine cannot run say so, and why.
import { isInstalled } from "./command.ts";

/** Whether to skip a test, and what its name says of that. */
export interface Skipping {
  readonly ignore: boolean;
  /** To be put behind the name. */
  readonly note: string;
}

/** Skips unless `condition` holds; `why` says what is missing. */
export function unless(condition: boolean, why: string): Skipping {
  return { ignore: !condition, note: condition ? "" : ` (skipped: ${why})` };
}

/** Skips on Windows, for what `why` says of it. */
export function unlessWindows(why: string): Skipping {
  return unless(Deno.build.os !== "windows", why);
}

/** Skips where a shell of POSIX, or a program that such a shell starts, is not to be had. */
export function needs(...programs: readonly string[]): Skipping {
  if (Deno.build.os === "windows") {
    return unlessWindows("shells of POSIX are not tried on Windows");
  }
  const missing = programs.filter((program) => !isInstalled(program));
  return unless(missing.length === 0, `${missing.join(", ")}: not installed`);
}

/** Skips where links to files may not be made, as on Windows without the right to. */
export const links = unless(canLink(), "symbolic links cannot be made here");

function canLink(): boolean {
  const directory = Deno.makeTempDirSync();
  try {
    Deno.symlinkSync("target", `${directory}/link`, { type: "file" });
    return true;
  } catch {
    return false;
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}
