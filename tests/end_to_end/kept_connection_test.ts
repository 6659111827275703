// A server that keeps connections open, as AWS does, and then closes one in silence.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { Scenario } from "../support/scenario.ts";

const THROTTLED =
  "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";

Deno.test("get sends a code once more after it was throttled, and never again when the connection is closed", async () => {
  // Once the runtime sent it a third time by itself, on a new connection.
  await using scenario = await Scenario.start();
  const codes: string[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    codes.push(/TokenCode=(\d{6})/.exec(text)?.[1] ?? "none");
    if (codes.length > 1) request.socket.destroy();
    else response.writeHead(400, { "content-type": "text/xml" }).end(THROTTLED);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  assert(address !== null && typeof address === "object");
  const { code, stderr } = await scenario.get({
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${address.port}`,
  });
  await new Promise((resolve) => server.close(resolve));
  assert.equal(code, 5);
  assert.match(stderr, /lost the connection[^]*the code may be spent/);
  assert.equal(codes.length, 2);
  assert.equal(codes[0], codes[1]);
});
