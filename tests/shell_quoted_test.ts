// shellQuoted() and settingVariable(): what is shown can be pasted, into a POSIX shell or those of Windows.
import assert from "node:assert/strict";
import { settingVariable, shellQuoted } from "../src/shell_quoted.ts";

Deno.test("shellQuoted() for PowerShell and cmd: bare, in double quotes, or in PowerShell's own", () => {
  const path = "C:\\Users\\alice\\.aws\\credentials";
  for (const bare of ["default_sts", path]) {
    assert.equal(shellQuoted(bare, "windows"), bare);
  }
  for (const word of ["C:\\a b\\x", "a,b", "@x", "it's", "本番", ""]) {
    assert.equal(shellQuoted(word, "windows"), `"${word}"`);
  }
  // A backslash would escape the closing double quote.
  for (const word of ["$(x)", "%PATH%", "“x", "a b\\"]) {
    assert.equal(shellQuoted(word, "windows"), `'${word}'`);
  }
  assert.equal(shellQuoted("it's $x", "windows"), "'it''s $x'");
  assert.equal(shellQuoted("’$x", "windows"), "'’’$x'");
});

Deno.test("settingVariable() speaks to the shell of the system", () => {
  const expected = [
    ["linux", "it's", `export AWS_PROFILE='it'\\''s'`],
    ["darwin", "a_sts", "export AWS_PROFILE=a_sts"],
    [
      "windows",
      "it's",
      `$env:AWS_PROFILE = 'it''s' (in cmd: set "AWS_PROFILE=it's")`,
    ],
  ] as const;
  for (const [os, value, setting] of expected) {
    assert.equal(settingVariable("AWS_PROFILE", value, os), setting);
  }
});
