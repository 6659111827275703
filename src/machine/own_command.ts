// How a person would start the program that is running.
import { shellQuoted } from "../shell_quoted.ts";

/** What starts this very program in a terminal, as it is: `main` is where its main module stands. */
export function ownCommand(
  main: Pick<ImportMeta, "url" | "filename" | "dirname">,
): string {
  const program = Deno.execPath();
  if (Deno.build.standalone) return shellQuoted(program);
  if (main.filename?.endsWith("main.ts")) {
    const clone = shellQuoted(main.dirname ?? ".");
    return `${shellQuoted(program)} task --quiet --cwd ${clone} updsts`;
  }
  return main.url.startsWith("file:")
    ? "updsts"
    : `${shellQuoted(program)} run -A jsr:@updsts/cli`;
}
