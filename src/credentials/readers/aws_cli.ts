// Reads a file as the AWS CLI and other programs on botocore do: with Python's
// configparser, and a parser of nested values on top of it. Each step is linear.
import {
  decodeText,
  isUtf8,
  PYTHON_SPACES,
  spacesBefore,
  trim,
  trimEnd,
} from "../text.ts";

/** Section name -> key -> value. */
export type Reading = Map<string, Map<string, string>>;

/** The keys of section `name`, which is added if it is missing. */
export function sectionOf(reading: Reading, name: string): Map<string, string> {
  const section = reading.get(name) ?? new Map<string, string>();
  reading.set(name, section);
  return section;
}

/** The reason why the AWS CLI refuses a file (one character a byte), as a clause. */
export function whyAwsCliRefusesFile(bytes: string): string | undefined {
  if (bytes.startsWith("\xEF\xBB\xBF")) {
    return "it begins with a byte order mark";
  }
  if (!isUtf8(bytes)) return "it is not in UTF-8";
  const { refusal } = readAsAwsCli(decodeText(bytes));
  return refusal && `line ${refusal.line}: ${refusal.reason}`;
}

/** The section whose keys every profile inherits. */
const DEFAULTS = "DEFAULT";

/**
 * Reads `text` (decoded) except for the lines that the AWS CLI refuses, and
 * gives the first of these, from 1. Keys above all headers have the empty name.
 */
export function readAsAwsCli(text: string): {
  reading: Reading;
  refusal: { readonly line: number; readonly reason: string } | undefined;
} {
  const reading: Reading = new Map();
  const begun = new Map<string, number>();
  const defaultLines = new Map<string, number>();
  let keyLines = new Map<string, number>();
  let name = "";
  let key: { readonly name: string; readonly values: string[] } | undefined;
  let indent = 0;
  let line = 0;
  let refusal: ReturnType<typeof readAsAwsCli>["refusal"];
  const refuse = (reason: string) => void (refusal ??= { line, reason });
  // A secret may follow the bracket.
  const shown = () => `[${name.split("]", 1).join()}]`;
  const close = () => {
    if (key === undefined) return;
    const value = trimEnd(key.values.join("\n"), PYTHON_SPACES);
    sectionOf(reading, name).set(key.name, value);
    key = undefined;
  };
  for (const content of text.split(/\r\n|\r|\n/)) {
    line++;
    const value = trim(content, PYTHON_SPACES);
    if (value === "") {
      key?.values.push("");
      continue;
    }
    if (value.startsWith("#") || value.startsWith(";")) continue;
    const depth = spacesBefore(content, PYTHON_SPACES);
    if (key !== undefined && depth > indent) {
      if (key.values[0] === "" && !isNested(value)) {
        refuse("a nested key has no equals sign");
      }
      key.values.push(value);
      continue;
    }
    close();
    indent = depth;
    const header = headerIn(value);
    if (header !== undefined) {
      name = header;
      const first = begun.get(header);
      // configparser allows this one to repeat.
      if (first !== undefined && header !== DEFAULTS) {
        refuse(
          `section ${shown()} begins again; it is on line ${first}, too`,
        );
      }
      begun.set(header, first ?? line);
      keyLines = header === DEFAULTS ? defaultLines : new Map();
      sectionOf(reading, header);
      continue;
    }
    if (name === "") refuse("it is above all headers");
    const separator = value.search(/[=:]/);
    if (separator <= 0) {
      refuse("it is neither a header nor a key");
      continue;
    }
    const option = trimEnd(value.slice(0, separator), PYTHON_SPACES)
      .toLowerCase();
    const first = keyLines.get(option);
    // The key is not shown: it may be a part of a secret that was wrapped.
    if (first !== undefined) {
      refuse(`section ${shown()} has that key on line ${first}, too`);
    }
    keyLines.set(option, first ?? line);
    const rest = trim(value.slice(separator + 1), PYTHON_SPACES);
    key = { name: option, values: [rest] };
  }
  close();
  return { reading, refusal };
}

function headerIn(trimmed: string): string | undefined {
  // Up to the last bracket; text may follow.
  const end = trimmed.lastIndexOf("]");
  return trimmed.startsWith("[") && end > 1 ? trimmed.slice(1, end) : undefined;
}

/** Line ends of Python's splitlines(). */
const LINE_END = new RegExp("[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]");

/** Whether each line of `value` that is not blank is a key with a value. */
function isNested(value: string): boolean {
  return value.split(LINE_END).every((line) =>
    trim(line, PYTHON_SPACES) === "" || line.includes("=")
  );
}
