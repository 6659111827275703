// The keys that a program reads in a credentials file, in one form for every parser.

/** Section name -> key -> value, as one program reads them. */
export type Reading = Map<string, Map<string, string>>;

/** The keys of section `name` in `reading`, which begins it if it is not there. */
export function sectionOf(reading: Reading, name: string): Map<string, string> {
  const found = reading.get(name);
  if (found !== undefined) return found;
  const section = new Map<string, string>();
  reading.set(name, section);
  return section;
}
