// Lines that took a step too many for each of their characters: 80,000 blanks took two seconds, under the lock.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { FULL } from "../support/effort.ts";

/** A megabyte with a step for each pair of its characters would take hours. */
const PATIENCE = 1_800_000;

Deno.test({
  name: "every reader is through with a megabyte of its worst line" +
    (FULL ? "" : " (skipped: it takes minutes, in a full run)"),
  ignore: !FULL,
  fn: async () => {
    const script = new URL("../support/read_long_lines.ts", import.meta.url);
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "run",
          "--allow-all",
          "--no-check",
          "--config",
          fileURLToPath(new URL("../deno.json", import.meta.url)),
          fileURLToPath(script),
        ],
        signal: AbortSignal.timeout(PATIENCE),
      },
    ).output();
    const decoder = new TextDecoder();
    assert(success, `not through: ${decoder.decode(stderr)}`);
    assert(Number(decoder.decode(stdout)) > 100);
  },
});
