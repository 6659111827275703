// Why the AWS CLI refuses a whole file: the rules of the parser that it reads with.
//
// That is Python's configparser, and a parser of nested values on top of it; a
// test holds this against the former.

/** What the AWS CLI stumbles over first. */
export interface AwsCliRefusal {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
}

/** Why the AWS CLI refuses `text` (decoded); undefined if it reads it. */
export function whyAwsCliRefuses(text: string): AwsCliRefusal | undefined {
  const sections = new Map<string, number>();
  let section: string | undefined;
  const defaults = new Map<string, number>();
  let keys = new Map<string, number>();
  // The key that indented lines go on with, and how far it is indented itself.
  let key: { readonly nested: boolean } | undefined;
  let indent = 0;
  for (const [index, content] of text.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1;
    const refuse = (reason: string) => ({ line, reason });
    const value = content.trim();
    if (value === "" || /^[#;]/.test(value)) continue;
    const indented = content.length - content.trimStart().length;
    if (key !== undefined && indented > indent) {
      if (key.nested && !value.includes("=")) {
        return refuse("a nested key has no equals sign");
      }
      continue;
    }
    indent = indented;
    const header = /^\[(.+)\]/.exec(value)?.[1];
    if (header !== undefined) {
      // What stands behind the first bracket may have been a note, of a secret.
      section = header.split("]", 1).join();
      const first = sections.get(header);
      // The one whose keys count for all may be in several places.
      if (first !== undefined && header !== "DEFAULT") {
        return refuse(
          `section [${section}] begins again; it is on line ${first}, too`,
        );
      }
      sections.set(header, line);
      keys = header === "DEFAULT" ? defaults : new Map();
      key = undefined;
      continue;
    }
    if (section === undefined) return refuse("it stands above all headers");
    const [, name = "", rest = ""] = /^(.*?)\s*[=:]\s*(.*)$/.exec(value) ?? [];
    if (name === "") return refuse("it is neither a header nor a key");
    const first = keys.get(name.toLowerCase());
    // The key stays out: a secret that was wrapped over two lines reads as one.
    if (first !== undefined) {
      return refuse(`section [${section}] has that key on line ${first}, too`);
    }
    keys.set(name.toLowerCase(), line);
    key = { nested: rest === "" };
  }
  return undefined;
}
