// Which option a word stands for, in all the spellings that people and pages have.
import { OPTION_NAMES, type OptionName, optionOf } from "./options.ts";

/** A word that is an option, or looks like one. */
export type OptionWord =
  | {
    readonly name: OptionName;
    /** What stands in the same word, behind `=`, a blank, or the letter. */
    readonly value: string | undefined;
  }
  | {
    readonly name: undefined;
    /** The word up to its value, which may be a secret. */
    readonly typed: string;
    /** Whether it cannot be anything else. */
    readonly sure: boolean;
  };

/** Most words: they need no classes of Unicode, which take a while to make ready. */
const PLAIN = /^[ -~]*$/;

/** A name without what people spell differently: `--min_remaining`, `--minRemaining`. */
export function squashed(word: string): string {
  if (PLAIN.test(word)) {
    return word.toLowerCase().replaceAll("-", "").replaceAll("_", "");
  }
  return word.normalize("NFKC").toLowerCase()
    .replace(/[\p{Pd}\u2212_]/gu, "");
}

const LONG: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.flatMap((name) => {
    const { long, spellings = [] } = optionOf(name);
    // Squashed, too; but these are lower-case words with hyphens.
    return [long, ...spellings].map((word) => [word.replaceAll("-", ""), name]);
  }),
);

const SHORT: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.flatMap((name) => {
    const { short } = optionOf(name);
    return short === undefined ? [] : [[short.slice(1), name]];
  }),
);

/** Options as they are written down: what most people type. */
const EXACT: ReadonlyMap<string, OptionName> = new Map(
  OPTION_NAMES.flatMap((name) => {
    const { short, long } = optionOf(name);
    return short === undefined ? [[long, name]] : [[short, name], [long, name]];
  }),
);

/** What `word` is, if it begins like an option; undefined for all others. */
export function matchWord(word: string): OptionWord | undefined {
  const exact = EXACT.get(word);
  if (exact !== undefined) return { name: exact, value: undefined };
  if (/^\/(?:\?|h|help)$/i.test(word)) {
    return { name: "help", value: undefined };
  }
  // Hyphens, and what web pages and word processors make of them.
  const hyphens = PLAIN.test(word) ? /^-+/ : /^[\p{Pd}\u2212]+/u;
  const [dashes] = hyphens.exec(word) ?? [];
  const body = word.slice(dashes?.length ?? 0);
  // A dash alone stands for stdin.
  if (dashes === undefined || body === "") return undefined;
  const [, head = "", value] = /^([^=＝\s]*)(?:[=＝\s]\s*(.*))?$/s.exec(body) ??
    [];
  const name = SHORT.get(head) ?? LONG.get(squashed(head));
  if (name !== undefined) return { name, value };
  return attached(dashes, head, body) ??
    { name: undefined, typed: dashes + head, sure: dashes.startsWith("--") };
}

/** A letter with its value right behind it: `-ndefault`, `-v1`. */
function attached(
  dashes: string,
  head: string,
  body: string,
): OptionWord | undefined {
  if (dashes.length > 1 || isMeantOtherwise(head)) return undefined;
  const found = Array.from(SHORT)
    .filter(([letters, name]) =>
      head.startsWith(letters) && optionOf(name).value !== undefined
    ).sort(([a], [b]) => b.length - a.length).at(0);
  if (found === undefined) return undefined;
  const [letters, name] = found;
  return { name, value: body.slice(letters.length) };
}

/** Whether `head` is the begin of a long name, or a word that is mistaken for one. */
function isMeantOtherwise(head: string): boolean {
  const word = squashed(head);
  return word.length > 2 &&
    (LONG.keys().some((name) => name.startsWith(word)) ||
      mistakenFor(`-${head}`) !== undefined);
}

/** The option that people mean when they type `word`, which is none. */
export function mistakenFor(word: string): OptionName | undefined {
  return OPTION_NAMES.find((name) =>
    optionOf(name).mistakenFor?.some((other) =>
      squashed(other) === squashed(word) ||
      (other.length === 2 && other === word)
    )
  );
}
