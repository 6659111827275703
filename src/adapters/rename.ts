// Renames a file over another one, also where somebody may be reading that.

/** How long to try again, in milliseconds. */
const PATIENCE = 1_000;

/** What this takes of the system. */
export interface RenameOptions {
  readonly rename?: (from: string, to: string) => Promise<void>;
  readonly os?: typeof Deno.build.os;
}

/**
 * Renames `from` over `to`. Windows refuses that while another program has `to`
 * open (a virus scanner, an editor), mostly for an instant: so there it is
 * tried again for a second.
 */
export async function renameOver(
  from: string,
  to: string,
  { rename = Deno.rename, os = Deno.build.os }: RenameOptions = {},
): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await rename(from, to);
    } catch (error) {
      const inUse = os === "windows" &&
        (error instanceof Deno.errors.PermissionDenied ||
          error instanceof Deno.errors.Busy);
      if (!inUse || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
