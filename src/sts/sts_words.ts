// What may be shown of what STS said: words, and nothing from which a code could be computed.
//
// STS has been known to quote the canonical request, which ends in the hash of
// the form; of the form, whoever wrote the credentials file knows all but the
// six digits that a person typed. So what is shown is what is known to be
// harmless: words, names of the request's own, dates, and a few small numbers.
import type { SessionRequest } from "../ports.ts";

/** Stands for a piece that is not shown. */
const LEFT_OUT = "…";

/** Longer messages are cut off, in characters. */
const MAX_SHOWN = 500;

/** With more pieces left out, it is not a sentence but a quotation. */
const MAX_LEFT_OUT = 2;

/** The numbers that one sentence needs: more of them may be the bytes of a hash. */
const MAX_NUMBERS = 6;

/** Shown instead of a message that is none of words. */
const WITHHELD =
  "(in words that are not shown: a code could be computed from them)";

/** A word as words are spelled, or some in one: GetSessionToken. */
const WORD = String
  .raw`(?:\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{Lu}+)(?:\p{Lu}\p{Ll}+)*`;

/** Such as sts:GetSessionToken. Made when it is needed: that takes 2 ms. */
const words = () => new RegExp(`^${WORD}(?:[:/_.,'’-]${WORD}){0,9}$`, "u");

/** Such as eu-west-1. */
const REGION = /^[a-z]{2,4}(?:-[a-z]{2,9}){1,3}-\d{1,2}$/;

const DATES = [
  /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d{1,3})?Z)?$/,
  /^\d{8}T\d{6}Z$/,
];

const ARN = /^arn:[a-z-]+:[a-z]+:[a-z0-9-]*:(\d{12}):([\w+=,.@/-]{1,64})$/;

/** What a hash looks like, also where no decimal digit is among its own. */
const HEXADECIMAL = /[0-9a-f]{8}/i;

const NUMBER = /^\d{1,6}$/;

type Asked = Pick<SessionRequest, "device" | "accessKeyId" | "code">;

/** `message`, which answers `asked`, as far as it may be shown; in one line. */
export function shownWords(message: string, asked: Asked): string {
  // What is cut off is looked at, too: half of a hash would be enough.
  const text = message.slice(0, 4 * MAX_SHOWN).normalize("NFKC");
  let leftOut = 0;
  let numbers = 0;
  let digits = "";
  const shown: string[] = [];
  const shapes = [words(), REGION];
  for (const piece of text.split(/[\s\p{C}]+/u)) {
    const [, before = "", bare = "", after = ""] =
      /^([^\p{L}\d]*)(.*?)([^\p{L}\d]*)$/su.exec(piece) ?? [];
    if (NUMBER.test(bare)) {
      numbers++;
      digits += bare;
    }
    const harmless = NUMBER.test(bare) || isHarmless(bare, asked, shapes);
    if (!harmless) leftOut++;
    const middle = harmless ? bare : LEFT_OUT;
    shown.push(punctuation(before) + middle + punctuation(after));
  }
  const harmful = leftOut > MAX_LEFT_OUT || numbers > MAX_NUMBERS ||
    digits.includes(asked.code.reveal());
  return harmful
    ? WITHHELD
    : shown.filter(Boolean).join(" ").slice(0, MAX_SHOWN) || "no message";
}

/** What may stand at either end of a word. */
function punctuation(marks: string): string {
  return marks.replace(/[^!-~]/g, "").slice(0, 3);
}

/** Whether `piece` is of one of `shapes`, or of the request's own, or a date. */
function isHarmless(
  piece: string,
  { device, accessKeyId }: Asked,
  shapes: readonly RegExp[],
): boolean {
  if (piece === "" || piece === device || piece === accessKeyId) return true;
  if (DATES.some((shape) => shape.test(piece))) return true;
  const [, account, name = ""] = ARN.exec(piece) ?? [];
  if (account !== undefined) {
    return account === device.split(":")[4] && !HEXADECIMAL.test(name);
  }
  return piece.length <= 60 && !HEXADECIMAL.test(piece) &&
    shapes.some((shape) => shape.test(piece));
}
