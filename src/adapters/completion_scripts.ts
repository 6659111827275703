// The scripts that teach shells to complete, as a package for that writes them.
import { script } from "@bomb.sh/tab";

/** The script for `shell` that asks `program` what may stand there. */
export function completionScript(shell: string, program: string): string {
  const lines: string[] = [];
  const { log } = console;
  // The package prints what it makes, and stdout is not its to write.
  console.log = (line: string) => void lines.push(line);
  try {
    script(shell, program, program);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}
