// shellQuoted() and settingVariable(): what is shown can be pasted, into a POSIX shell or those of Windows.
import assert from "node:assert/strict";
import { settingVariable, shellQuoted } from "../src/shell_quoted.ts";

Deno.test("shellQuoted() for PowerShell and cmd: bare, in double quotes, or in PowerShell's own", () => {
  const cases = [
    ["default_sts", "default_sts"],
    [
      "C:\\Users\\alice\\.aws\\credentials",
      "C:\\Users\\alice\\.aws\\credentials",
    ],
    ["C:\\Users\\a b\\x", '"C:\\Users\\a b\\x"'],
    ["a,b", '"a,b"'],
    ["@x", '"@x"'],
    ["it's", `"it's"`],
    ["本番", '"本番"'],
    ["$(x)", "'$(x)'"],
    ["%PATH%", "'%PATH%'"],
    ["it's $x", "'it''s $x'"],
    ["’$x", "'’’$x'"],
    ["“x", "'“x'"],
    // A backslash in front of the closing quote would take it along.
    ["a b\\", "'a b\\'"],
    ["", '""'],
  ] as const;
  for (const [word, quoted] of cases) {
    assert.equal(shellQuoted(word, "windows"), quoted);
  }
});

Deno.test("settingVariable() speaks to the shell of the system", () => {
  assert.equal(
    settingVariable("AWS_PROFILE", "it's", "linux"),
    `export AWS_PROFILE='it'\\''s'`,
  );
  assert.equal(
    settingVariable("AWS_PROFILE", "default_sts", "darwin"),
    "export AWS_PROFILE=default_sts",
  );
  assert.equal(
    settingVariable("AWS_PROFILE", "it's", "windows"),
    `$env:AWS_PROFILE = 'it''s' (in cmd: set "AWS_PROFILE=it's")`,
  );
});
