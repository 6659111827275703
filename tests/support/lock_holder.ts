// A process that takes the lock of a directory, says so, and keeps it until it is killed.
import { join } from "node:path";
import { lockDirectory } from "./directory_lock.ts";

const [directory = "."] = Deno.args;
using _lock = await lockDirectory(directory);
await Deno.writeTextFile(join(directory, `.updsts-${Deno.pid}.tmp`), "");
console.log("locked");
await new Promise((resolve) => setTimeout(resolve, 60_000));
