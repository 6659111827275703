// `updsts list`: flags to use case to table.
import { eastAsianWidth } from "get-east-asian-width";
import { toProfileAnswer } from "../answers.ts";
import { listProfiles, type ProfileView } from "../list_profiles.ts";
import { MASK } from "../secret.ts";
import type { Context } from "./context.ts";
import { type CommonFlags, verbosityOf } from "./flags.ts";
import { visible } from "./output.ts";
import { relativeTime } from "./relative_time.ts";

const HEADINGS = [
  "PROFILE",
  "KIND",
  "ACCESS KEY ID",
  "DEVICE",
  "MANAGED BY",
  "EXPIRES",
];
const GAP = "  ";

export default async function list(
  this: Context,
  flags: CommonFlags,
): Promise<void> {
  const { output } = this;
  output.verbosity = verbosityOf(flags);
  const ports = await this.connect(flags.credentialFile, output);
  output.info(`Credentials file: ${ports.file.path}`);
  const profiles = await listProfiles(ports);
  const now = ports.clock.now();
  if (flags.json) {
    return output.answerJson({
      result: profiles.map((view) => toProfileAnswer(view, now)),
    });
  }
  if (profiles.length === 0) {
    output.answer(`No profiles in ${ports.file.path}`);
    return;
  }
  output.answer(table([HEADINGS, ...profiles.map((view) => row(view, now))]));
  if (output.verbosity >= 1) {
    output.answer(profiles.map((view) => `\n${details(view)}`).join("\n"));
  }
}

function row(view: ProfileView, now: Date): string[] {
  return [
    view.name,
    view.kind,
    view.accessKeyId ?? "-",
    // The account is in every ARN of a file; -v 1 shows the whole.
    view.device?.replace(/^arn:[^:]*:iam::\d*:/, "") ?? "-",
    view.managedBy ?? "-",
    view.expiration === undefined ? "-" : relativeTime(view.expiration, now),
  ];
}

function details({ name, fields }: ProfileView): string {
  const lines = Array.from(
    fields,
    ([key, value]) => `  ${shownKey(key)} = ${value}`,
  );
  return [`[${name}]`, ...lines].join("\n");
}

/**
 * `key`, if it is made of short words. The second half of a secret that was
 * wrapped over two lines, and ends in `=`, reads as a key as well.
 */
function shownKey(key: string): string {
  const words = key.split(/[._-]/);
  return words.every((word) => /^[a-z]{1,14}\d{0,3}$/.test(word)) ? key : MASK;
}

function table(rows: readonly string[][]): string {
  const cells = rows.map((row) => row.map(visibleInCell));
  const widths = HEADINGS.map((_, column) =>
    cells.reduce((max, row) => Math.max(max, width(row[column])), 0)
  );
  return cells.map((row) =>
    row.map((cell, column) =>
      cell + " ".repeat((widths[column] ?? 0) - width(cell))
    ).join(GAP).trimEnd()
  ).join("\n");
}

function visibleInCell(text: string): string {
  return visible(text).replaceAll("\n", " ");
}

/** How many columns of a terminal `cell` takes. */
function width(cell = ""): number {
  // What is invisible has been spelled out, so only marks take no room.
  return Array.from(cell.replace(/\p{M}/gu, "")).reduce(
    (sum, character) => sum + eastAsianWidth(character.codePointAt(0) ?? 0),
    0,
  );
}
