// Words as a POSIX shell takes them for themselves.

/** `word`, in quotes if the shell would make something else of it. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
