// Patience with programs that have the file open: Windows lets nobody else
// read, rename or remove it meanwhile, unless they have said that others may.
import { isHeld } from "./regular_file.ts";
import { PATIENCE, REAL_TIME, type Timepiece } from "./timepiece.ts";

/** How long to wait, and what for. */
export interface HeldOptions {
  /** In milliseconds. */
  readonly patience?: number;
  readonly time?: Timepiece;
  /** Which other errors say that the file is in use. */
  readonly isBusy?: (error: unknown) => boolean;
  readonly os?: typeof Deno.build.os;
}

/** Does `action`, again and again while another program has the file open. */
export async function onceReleased<T>(
  action: () => T | Promise<T>,
  {
    patience = PATIENCE,
    time = REAL_TIME,
    isBusy = () => false,
    os = Deno.build.os,
  }: HeldOptions = {},
): Promise<T> {
  const deadline = time.now() + patience;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      const mayPass = os === "windows" && (isHeld(error, os) || isBusy(error));
      if (!mayPass || time.now() > deadline) throw error;
      await time.sleep(10 + 20 * Math.random());
    }
  }
}
