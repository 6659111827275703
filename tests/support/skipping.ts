// Tests that this machine cannot run say so, and why.

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
