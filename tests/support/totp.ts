// Time-based one-time codes as an authenticator app makes them (RFC 6238).

import { createHmac } from "node:crypto";

const STEP_MS = 30_000;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The number of whole 30 s steps since 1970. */
export function totpStep(at: Date): number {
  return Math.floor(at.getTime() / STEP_MS);
}

/** The code for the 30 s step that `at` falls in; `secret` is base32. */
export function totp(secret: string, at: Date, digits = 6): string {
  return hotp(secret, totpStep(at), digits);
}

/** The code for a counter (RFC 4226), with SHA-1. */
export function hotp(secret: string, counter: number, digits = 6): string {
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(counter));
  const mac = createHmac("sha1", base32Bytes(secret))
    .update(new Uint8Array(message.buffer)).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0xf;
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits;
  return String(number).padStart(digits, "0");
}

function base32Bytes(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text.toUpperCase().replaceAll(/[\s=]/g, "")) {
    const digit = BASE32.indexOf(character);
    if (digit < 0) throw new Error("Cannot read TOTP secret: not base32");
    value = (value << 5 | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push(value >> bits & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}
