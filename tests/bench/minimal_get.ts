// The yardstick for `get`: signs one GetSessionToken by hand, sends it, and prints what came.
// It reads no file, writes none, checks nothing, and knows no error.
const [
  endpoint = "",
  accessKeyId = "",
  secretAccessKey = "",
  device = "",
  code = "",
] = Deno.args;
const encoder = new TextEncoder();

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, [
    "sign",
  ]);
  return await crypto.subtle.sign("HMAC", imported, encoder.encode(text));
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(text));
  return new Uint8Array(digest).toHex();
}

const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
const day = time.slice(0, 8);
const { host } = new URL(endpoint);
const body = new URLSearchParams({
  Action: "GetSessionToken",
  Version: "2011-06-15",
  DurationSeconds: "3600",
  SerialNumber: device,
  TokenCode: code,
}).toString();
const canonical = [
  "POST",
  "/",
  "",
  `host:${host}`,
  `x-amz-date:${time}`,
  "",
  "host;x-amz-date",
  await sha256(body),
].join("\n");
const scope = `${day}/us-east-1/sts/aws4_request`;
let key = await hmac(encoder.encode(`AWS4${secretAccessKey}`), day);
for (const part of ["us-east-1", "sts", "aws4_request"]) {
  key = await hmac(key, part);
}
const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${await sha256(
  canonical,
)}`;
const signature = new Uint8Array(await hmac(key, toSign)).toHex();
const response = await fetch(endpoint, {
  method: "POST",
  body,
  headers: {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    "x-amz-date": time,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  },
});
const text = await response.text();
if (!text.includes("<SessionToken>")) throw new Error(text);
console.log(text);
