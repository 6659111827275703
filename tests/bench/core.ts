// In process: reading a file and refreshing a block in it, beside reading its bytes at all.
import { decodeBytes } from "../../src/machine/read.ts";
import { parseFile } from "../../src/credentials/parse.ts";
import { refreshEdits } from "../../src/credentials/session_edits.ts";
import { applyEdits } from "../../src/credentials/text.ts";
import { REHEARSED } from "../../src/sessions/session_plan.ts";
import { type Candidate, time } from "./measure.ts";

/** A credentials file of so many profiles, over 200 bytes each, and a block at its end. */
export function largeFile(profiles: number): Uint8Array<ArrayBuffer> {
  const filler = Array.from({ length: profiles }, (_, index) =>
    [
      `[profile-${index}]`,
      `aws_access_key_id = AKIA${String(index).padStart(16, "0")}`,
      `aws_secret_access_key = ${"x".repeat(40)}`,
      `# ${"note ".repeat(20)}`,
      "region = eu-west-1",
      "",
    ].join("\n")).join("");
  const block = [
    "# ${{{ key=profile-1 [auto update by updsts]",
    "[profile-1_sts]",
    "aws_access_key_id = ASIA",
    "aws_secret_access_key = x",
    "aws_session_token = x",
    "expiration_datetime = 2025-10-05T15:30:00+09:00",
    "# $}}} [auto update by updsts]",
    "",
  ].join("\n");
  return new TextEncoder().encode(filler + block);
}

function countLineEnds(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  let count = 0;
  for (
    let at = text.indexOf("\n");
    at !== -1;
    at = text.indexOf("\n", at + 1)
  ) {
    count++;
  }
  return count;
}

function refresh(bytes: Uint8Array): string {
  const text = decodeBytes(bytes);
  const edits = refreshEdits(
    parseFile(text),
    "profile-1",
    "profile-1_sts",
    REHEARSED,
  );
  return applyEdits(text, edits);
}

/** A file of 10,000 profiles, beside its own bytes. */
export function fileCandidates(): Candidate[] {
  const file = largeFile(10_000);
  const bytes = "decoding 10,000 profiles, finding line ends";
  return [
    {
      name: bytes,
      comparisons: [],
      measure: () => time(() => countLineEnds(file)),
    },
    {
      name: "refreshing a block in 10,000 profiles",
      comparisons: [{ against: bytes, goal: 6 }],
      measure: () => time(() => refresh(file)),
    },
  ];
}

/** Ten times as many: apart, since the garbage of one would be collected in the time of the other. */
export function growthCandidates(): Candidate[] {
  const file = largeFile(10_000);
  const tenfold = largeFile(100_000);
  const once = "refreshing a block in 10,000 profiles, again";
  return [
    { name: once, comparisons: [], measure: () => time(() => refresh(file)) },
    {
      name: "refreshing a block in 100,000 profiles",
      comparisons: [{ against: once, goal: 12 }],
      measure: () => time(() => refresh(tenfold)),
    },
  ];
}
