// Output and formatError(): what may reach a terminal.
import assert from "node:assert/strict";
import { formatError, Output } from "../../src/cli/output.ts";
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
  const told: string[] = [];
  for (const verbosity of [0, 1, 2] as const) {
    const { lines, output } = recorded();
    output.verbosity = verbosity;
    output.answer("answer");
    output.warn("careful");
    output.info("info");
    output.debug("debug");
    assert.equal(lines.stdout, "answer\n");
    told.push(lines.stderr);
  }
  assert.deepEqual(told, [
    "warning: careful\n",
    "warning: careful\ninfo\n",
    "warning: careful\ninfo\ndebug\n",
  ]);
});

Deno.test("Output colours what has a tone, behind visible(), where colours are welcome", () => {
  const line = [{ text: "a\x1bb  " }, { text: "late", tone: "bad" }] as const;
  for (const colored of [true, false]) {
    const { lines, output } = recorded(colored);
    output.answerLines([line, [{ text: "x  " }]]);
    assert.equal(
      lines.stdout,
      colored
        ? "a\\u{001b}b  \x1b[31mlate\x1b[39m\nx\n"
        : "a\\u{001b}b  late\nx\n",
    );
  }
});

Deno.test("formatError() gives message and hint, a line each", () => {
  const error = new UpdstsError("FILE_BUSY", "Cannot write:\nbusy", {
    hint: "wait",
  });
  assert.equal(formatError(error, 0), "updsts: Cannot write: busy\nhint: wait");
  assert.equal(
    formatError(new UpdstsError("FILE_BUSY", "Cannot"), 1),
    "updsts: Cannot",
  );
});

Deno.test("formatError() shows code and trace at verbosity 2 only", () => {
  const error = new UpdstsError("FILE_BUSY", "Cannot write", {
    cause: new TypeError("why"),
  });
  assert.doesNotMatch(formatError(error, 1), /FILE_BUSY|why| at /);
  const text = formatError(error, 2);
  assert.match(text, /^code: FILE_BUSY$/m);
  // What somebody else's error says may quote a secret.
  assert.match(text, /^TypeError$/m);
  assert.doesNotMatch(text, /why/);
  assert.match(text, /^ +at /m);
});

Deno.test("formatError() calls what nobody foresaw a defect", () => {
  const text = formatError(new TypeError("x is undefined"), 0);
  assert.match(
    text,
    /^updsts: Internal error: TypeError\nhint: .*-v 2/,
  );
  assert.match(
    formatError("thrown text", 0),
    /Internal error: string$/m,
  );
});
