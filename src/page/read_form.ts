// Reads a form that a browser sent, if it is one, small, and comes at once.

/** More than any code, and all that is read. */
const MAX_BYTES = 1024;
/** How long the body may take, in milliseconds: it comes from this machine. */
const MAX_TIME = 3_000;

/** The fields; or the HTTP status that says why not. */
export async function readForm(
  { headers, body }: Request,
): Promise<URLSearchParams | number> {
  const [type] = (headers.get("content-type") ?? "").split(";");
  if (type?.trim() !== "application/x-www-form-urlencoded") return 415;
  if (Number(headers.get("content-length")) > MAX_BYTES) return 413;
  const late = Promise.withResolvers<"late">();
  const timer = setTimeout(() => late.resolve("late"), MAX_TIME);
  Deno.unrefTimer(timer);
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  try {
    for (;;) {
      const read = await Promise.race([reader?.read(), late.promise]);
      if (read === "late") return 408;
      if (read?.value === undefined) break;
      bytes += read.value.byteLength;
      if (bytes > MAX_BYTES) return 413;
      text += decoder.decode(read.value, { stream: true });
    }
    return new URLSearchParams(text);
  } catch {
    // It was broken off.
    return 400;
  } finally {
    clearTimeout(timer);
    reader?.cancel().catch(() => {});
  }
}
