// Reads a file as the AWS SDK for Go, and so Terraform, does.
import { type Reading, sectionOf } from "./reading.ts";
import { GO_SPACES, spacesBefore, trim } from "../text.ts";

/** What indents a line. */
const LINE_SPACES = " \t";

/** What the SDK reads in `text` (decoded). It passes over what it does not know. */
export function readAsGo(text: string): Reading {
  const reading: Reading = new Map();
  let name = "";
  let key = "";
  // Keys whose value is a map of nested ones.
  let nested = new Set<string>();
  const set = (property: Property) => {
    key = property.key;
    nested.delete(key);
    sectionOf(reading, name).set(key, property.value);
  };
  for (const line of text.split("\n")) {
    if (trimGo(line) === "" || /^[ \t]*[#;]/.test(line)) continue;
    const header = goHeader(line);
    if (header !== undefined) {
      name = header;
      key = "";
      nested = new Set();
      sectionOf(reading, name);
      continue;
    }
    const indented = spacesBefore(line, LINE_SPACES) > 0;
    const property = propertyIn(indented ? line : withoutComment(line));
    if (name === "") continue;
    if (!indented) {
      if (property !== undefined) set(property);
      continue;
    }
    const parent = reading.get(name)?.get(key) ?? "";
    if (property !== undefined) {
      // Below a key with a value, it counts as one of its own.
      if (key === "" || (parent !== "" && !nested.has(key))) {
        set({
          key: property.key,
          value: trimGo(withoutComment(property.value)),
        });
      } else {
        nested.add(key);
        const value = `${parent}\n${property.key}=${property.value}`;
        sectionOf(reading, name).set(key, value);
      }
    } else if (key !== "" && parent !== "" && !nested.has(key)) {
      const value = `${parent}\n${trim(line, LINE_SPACES)}`;
      sectionOf(reading, name).set(key, value);
    }
  }
  return reading;
}

/** The name of the section that the SDK sees begin on `line`, if any. */
export function goHeader(line: string): string | undefined {
  const content = trimGo(line.split(/[#;]/, 1).join());
  if (content.length < 2) return undefined;
  if (!content.startsWith("[") || !content.endsWith("]")) return undefined;
  const name = trimGo(content.slice(1, -1));
  // Blanks between two words count as one.
  const blank = name.search(/[ \t]/);
  return blank <= 0
    ? name
    : `${name.slice(0, blank)} ${trim(name.slice(blank), LINE_SPACES)}`;
}

interface Property {
  readonly key: string;
  readonly value: string;
}

function propertyIn(line: string): Property | undefined {
  const separator = line.search(/[=:]/);
  return separator === -1 ? undefined : {
    key: trimGo(line.slice(0, separator)).toLowerCase(),
    value: trimGo(line.slice(separator + 1)),
  };
}

function withoutComment(line: string): string {
  return line.split(/[ \t][#;]/, 1).join();
}

function trimGo(text: string): string {
  return trim(text, GO_SPACES);
}
