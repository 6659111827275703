// Tests that this machine cannot run say so, and why.
import { join } from "node:path";
import { isInstalled } from "./command.ts";

/** Whether to skip a test, and what its name says of that. */
export interface Skipping {
  readonly ignore: boolean;
  /** To be put behind the name. */
  readonly note: string;
}

/** A test that is skipped where `skipping` says so. */
export function testUnless(
  { ignore, note }: Skipping,
  name: string,
  fn: () => Promise<void>,
): void {
  Deno.test(name + note, { ignore }, fn);
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

/** Skips where links to files cannot be made, as on Windows without the right to. */
export const links = unless(
  canLink("file"),
  "symbolic links cannot be made here",
);

/** Skips where there are no links to directories, of which Deno makes a node_modules. */
export const directoryLinks = unless(
  canLink("junction"),
  "directories cannot be linked here",
);

/** Whether such a link leads somewhere: some systems make it, and nothing of it. */
function canLink(type: "file" | "junction"): boolean {
  const directory = Deno.makeTempDirSync();
  const [target, link] = [join(directory, "target"), join(directory, "link")];
  try {
    if (type === "file") Deno.writeTextFileSync(target, "");
    else Deno.mkdirSync(join(target, "inner"), { recursive: true });
    Deno.symlinkSync(target, link, { type });
    Deno.statSync(type === "file" ? link : join(link, "inner"));
    return true;
  } catch {
    return false;
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}
