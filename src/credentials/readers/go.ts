// Reads a file as the AWS SDK for Go, and so Terraform, does.
import { type Reading, sectionOf } from "./aws_cli.ts";
import { GO_SPACES, spacesBefore, trim } from "../text.ts";

/** Characters that indent a line. */
const LINE_SPACES = " \t";

/** The profiles that the SDK reads from `text` (decoded); it ignores unknown lines. */
export function readAsGo(text: string): Reading {
  const reading: Reading = new Map();
  let section: Map<string, string> | undefined;
  let key = "";
  // Keys whose value is a map.
  const nested = new Set<string>();
  for (const line of text.split("\n")) {
    if (trimGo(line) === "" || /^[ \t]*[#;]/.test(line)) continue;
    const header = headerIn(line);
    if (header !== undefined) {
      const begun = sectionOf(reading, header);
      section = header === "" ? undefined : begun;
      key = "";
      nested.clear();
      continue;
    }
    if (section === undefined) continue;
    const indented = spacesBefore(line, LINE_SPACES) > 0;
    const content = indented ? line : withoutComment(line);
    const separator = content.search(/[=:]/);
    const name = trimGo(content.slice(0, separator)).toLowerCase();
    const value = trimGo(content.slice(separator + 1));
    const parent = section.get(key) ?? "";
    const isText = parent !== "" && !nested.has(key);
    if (separator === -1) {
      if (!indented || key === "" || !isText) continue;
      section.set(key, `${parent}\n${trim(line, LINE_SPACES)}`);
    } else if (!indented || key === "" || isText) {
      // Below a key with a value, an indented key is not nested.
      key = name;
      nested.delete(key);
      section.set(key, trimGo(withoutComment(value)));
    } else {
      nested.add(key);
      section.set(key, `${parent}\n${name}=${value}`);
    }
  }
  return reading;
}

function headerIn(line: string): string | undefined {
  const content = trimGo(line.split(/[#;]/, 1).join());
  if (content.length < 2) return undefined;
  if (!content.startsWith("[") || !content.endsWith("]")) return undefined;
  const name = trimGo(content.slice(1, -1));
  // The SDK collapses spaces between two words.
  const blank = name.search(/[ \t]/);
  return blank <= 0
    ? name
    : `${name.slice(0, blank)} ${trim(name.slice(blank), LINE_SPACES)}`;
}

function withoutComment(line: string): string {
  return line.split(/[ \t][#;]/, 1).join();
}

function trimGo(text: string): string {
  return trim(text, GO_SPACES);
}
