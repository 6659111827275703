// Reads the few elements that matter of an answer of STS.

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

/**
 * The text of the first element called `name` inside of the root `root`;
 * undefined if there is none, or if it holds more than text.
 */
export function readElement(
  xml: string,
  root: string,
  name: string,
): string | undefined {
  const start = xml.replace(/^\uFEFF?\s*(?:<\?xml[^>]*\?>)?\s*/, "");
  if (!new RegExp(`^<${root}[\\s>]`).test(start)) return undefined;
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(start)?.[1];
  return text === undefined ? undefined : decodeEntities(text);
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi,
    (reference, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES.get(name) ?? reference;
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : reference;
    },
  );
}
