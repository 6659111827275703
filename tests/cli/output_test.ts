// Output: what may reach a terminal.
import assert from "node:assert/strict";
import { Output } from "../../src/cli/output.ts";
import { UpdstsError } from "../../src/errors.ts";

function recorded(colored = false) {
  const lines = { stdout: "", stderr: "" };
  const output = new Output(
    { write: (text) => lines.stdout += text },
    { write: (text) => lines.stderr += text },
    { columns: 80, colored, noteColumns: undefined },
  );
  return { lines, output };
}

Deno.test("Output sends answers to stdout and all else to stderr, by verbosity", () => {
  const shown = [
    "warning: careful\n",
    "warning: careful\ninfo\n",
    "warning: careful\ninfo\ndebug\n",
  ];
  for (const [verbosity, stderr] of shown.entries()) {
    const { lines, output } = recorded();
    output.verbosity = verbosity;
    output.answer("answer");
    output.warn("careful");
    output.info("info");
    output.debug("debug");
    assert.deepEqual(lines, { stdout: "answer\n", stderr });
  }
});

Deno.test("Output colours what has a tone, after visible(), where colours are welcome", () => {
  for (
    const [colored, late] of [[true, "\x1b[31mlate\x1b[39m"], [
      false,
      "late",
    ]] as const
  ) {
    const { lines, output } = recorded(colored);
    output.answerLines([
      [{ text: "a\x1bb  " }, { text: "late", tone: "bad" }],
      [{ text: "x  " }],
    ]);
    assert.equal(lines.stdout, `a\\u{001b}b  ${late}\nx\n`);
  }
});

/** What is shown on stderr for `error`. */
function failed(error: unknown, verbosity = 0): string {
  const { lines, output } = recorded();
  output.verbosity = verbosity;
  output.fail(error, false);
  return lines.stderr;
}

Deno.test("Output.fail() gives message and hint, a line each; code and trace at verbosity 2 only", () => {
  const error = new UpdstsError("FILE_BUSY", "Cannot write:\nbusy\x1b", {
    hint: "wait",
    // The message of an error of others may quote a secret.
    cause: new TypeError("why"),
  });
  const short = "updsts: Cannot write: busy\\u{001b}\nhint: wait\n";
  assert.equal(failed(error), short);
  assert.equal(failed(error, 1), short);
  const text = failed(error, 2);
  assert(text.startsWith(`${short}code: FILE_BUSY\n`), text);
  assert.match(text, /^TypeError$/m);
  assert.match(text, /^ +at /m);
  assert.doesNotMatch(text, /why/);
  assert(!text.includes("\x1b"));
  assert.equal(
    failed(new UpdstsError("FILE_BUSY", "Cannot")),
    "updsts: Cannot\n",
  );
});

Deno.test("Output.fail() calls any other error a defect, without its message", () => {
  const defect =
    /^updsts: Internal error: (?:TypeError|string)\nhint: .*-v 2.*\n$/;
  assert.match(failed(new TypeError("x is undefined")), defect);
  assert.match(failed("thrown text"), defect);
});
