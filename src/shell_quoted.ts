// Quotes words for a POSIX shell or the shells of Windows.

/** `word`, in quotes if the shell would make something else of it. */
export function shellQuoted(
  word: string,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  if (os === "windows") return windowsQuoted(word);
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** For PowerShell, and for cmd as far as one way to quote serves both. */
function windowsQuoted(word: string): string {
  // To PowerShell, an @ in front, a comma or a % in front would be its own.
  if (/^[\w\\:./+=-]+$/.test(word)) return word;
  return /["`$%!\u201c-\u201e]|\\$/.test(word)
    ? powerShellQuoted(word)
    : `"${word}"`;
}

function powerShellQuoted(word: string): string {
  // It takes typographic quotes for quotes, too.
  return `'${word.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`;
}

/** How a person sets a variable of the environment for what is run next. */
export function settingVariable(
  name: string,
  value: string,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  return os === "windows"
    ? `$env:${name} = ${
      powerShellQuoted(value)
    } (in cmd: set "${name}=${value}")`
    : `export ${name}=${shellQuoted(value, os)}`;
}
