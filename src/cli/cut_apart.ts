// Cuts names in the middle, so that each still differs from all others.
import { widthOf } from "./wrapping.ts";

const ELLIPSIS = "…";

/**
 * `names`, those wider than `room` cut in the middle; what would look like
 * another name is cut elsewhere, or if nothing helps, left whole.
 */
export function cutApart(names: readonly string[], room: number): string[] {
  const shown = new Map<string, string>();
  for (const name of names) {
    if (widthOf(name) <= room) shown.set(name, name);
  }
  return names.map((name) => {
    for (const cut of cutsOf(name, room)) {
      const other = shown.get(cut);
      if (other !== undefined && other !== name) continue;
      shown.set(cut, name);
      return cut;
    }
    return name;
  });
}

/** The ways to cut `name`: in the middle, then ever further from it. */
function* cutsOf(name: string, room: number): Generator<string> {
  if (widthOf(name) <= room) return yield name;
  const letters = Array.from(
    new Intl.Segmenter().segment(name),
    ({ segment }) => segment,
  );
  const left = Math.max(0, room - ELLIPSIS.length);
  const middle = Math.ceil(left / 2);
  for (let step = 0; step <= left; step++) {
    const offset = step % 2 === 0 ? step / 2 : -(step + 1) / 2;
    const head = middle + offset;
    if (head < 0 || head > left) continue;
    yield taken(letters, head) + ELLIPSIS +
      taken(letters.toReversed(), left - head, true);
  }
}

/** As many of `letters` as have room, in the order of the name. */
function taken(
  letters: readonly string[],
  room: number,
  reversed = false,
): string {
  const kept: string[] = [];
  let width = 0;
  for (const letter of letters) {
    width += widthOf(letter);
    if (width > room) break;
    kept.push(letter);
  }
  return (reversed ? kept.toReversed() : kept).join("");
}
