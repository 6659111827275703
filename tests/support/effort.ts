// How often the tests under faults try: a little in the suite, in full by `deno task test:faults`.

/** Whether everything is to be tried as often as is promised. */
export const FULL = Deno.env.get("UPDSTS_FAULTS") === "full";

/** `full` in a full run, else `brief`. */
export function times(
  counts: { readonly brief: number; readonly full: number },
): number {
  return FULL ? counts.full : counts.brief;
}
