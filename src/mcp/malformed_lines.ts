// Finds lines of a stream that are no JSON: the SDK passes over them without a word.

/** What JSON-RPC answers to such a line; nobody can say which request it was. */
export const PARSE_ERROR: string = JSON.stringify({
  jsonrpc: "2.0",
  id: null,
  error: { code: -32700, message: "Parse error: the line is no JSON" },
});

/** A line longer than this ends the connection anyway; in characters. */
const MAX_LINE = 10_000_000;

/** A listener for chunks of a stream, which calls `report` for each such line. */
export function malformedLines(
  report: () => void,
): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, MAX_LINE);
    for (const line of lines) {
      if (line.trim() !== "" && !isJson(line)) report();
    }
  };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
