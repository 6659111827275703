// The HTTP client for AWS, with the certificate authorities that AWS_CA_BUNDLE adds.
import { UpdstsError } from "../errors.ts";
import type { Environment } from "../machine/environment.ts";
import { readRegularFile } from "../machine/read.ts";

/** With HTTP/2, the runtime sends a request again by itself if a stream is refused. */
const PROTOCOLS = { http1: true, http2: false } as const;

/**
 * A client of the runtime's own `fetch`; whoever asks for it closes it.
 *
 * @throws {UpdstsError} `CA_BUNDLE_INVALID`
 */
export function createHttpClient(
  environment: Environment,
): Deno.HttpClient {
  const path = environment.get("AWS_CA_BUNDLE");
  if (path === undefined) return Deno.createHttpClient(PROTOCOLS);
  try {
    const bundle = readRegularFile(
      environment.expandHome(path),
      "AWS_CA_BUNDLE",
    );
    // The runtime takes a file without any for one that adds nothing.
    if (!bundle.includes("-----BEGIN CERTIFICATE-----")) {
      throw new SyntaxError("No certificate");
    }
    return Deno.createHttpClient({ ...PROTOCOLS, caCerts: [bundle] });
  } catch (error) {
    throw new UpdstsError(
      "CA_BUNDLE_INVALID",
      error instanceof UpdstsError
        ? error.message
        : `Cannot use AWS_CA_BUNDLE: ${path} holds no PEM certificates`,
      { hint: "name a file of PEM certificates, or unset it", cause: error },
    );
  }
}
