// Quotes words for a POSIX shell or the shells of Windows.

/** Quotes `word` if the shell would change it. */
export function shellQuoted(
  word: string,
  os: typeof Deno.build.os = Deno.build.os,
): string {
  if (os === "windows") return windowsQuoted(word);
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** For PowerShell, and for cmd where the same quotes work in both. */
function windowsQuoted(word: string): string {
  // PowerShell has a meaning for commas, and for @ and % at the start.
  if (/^[\w\\:./+=-]+$/.test(word)) return word;
  return /["`$%!\u201c-\u201e]|\\$/.test(word)
    ? powerShellQuoted(word)
    : `"${word}"`;
}

function powerShellQuoted(word: string): string {
  // PowerShell reads typographic quotes as quotes, too.
  return `'${word.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`;
}

/** The command that sets an environment variable. */
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
