// Shows where a page is, has no descriptor left for as many milliseconds as it is told, and shows where the page is then.
import { setTimeout as sleep } from "node:timers/promises";
import { PageScenario } from "./page_driver.ts";

await using scenario = new PageScenario();
const { page } = await scenario.ask();
// The runtime opens some of its own a while after the start, and for the first signal.
await sleep(500);
const ignore = () => {};
Deno.addSignalListener("SIGTERM", ignore);
Deno.removeSignalListener("SIGTERM", ignore);
const files: Deno.FsFile[] = [];
try {
  for (;;) files.push(Deno.openSync(Deno.execPath()));
} catch {
  console.log(page.url);
}
await sleep(Number(Deno.args[0]));
for (const file of files) file.close();
console.log(page.url);
// Until the test has seen enough.
await Deno.stdin.read(new Uint8Array(1));
