// The SDK's client for STS, which hears of nothing but what it is given here.
import { STSClient, type STSClientConfig } from "@aws-sdk/client-sts";
import { externalDataInterceptor } from "@smithy/core/config";
import { join } from "node:path";
import type { SessionRequest } from "../ports.ts";
import type { Environment } from "./environment.ts";

/** A client that signs with the key of `request`, for its region and endpoint. */
export function createStsClient(
  { region, endpoint, accessKeyId, secretAccessKey }: Pick<
    SessionRequest,
    "region" | "endpoint" | "accessKeyId" | "secretAccessKey"
  >,
  environment: Environment,
  transport: Pick<STSClientConfig, "requestHandler" | "retryStrategy">,
): STSClient {
  hideSharedFiles(environment);
  return new STSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: { accessKeyId, secretAccessKey: secretAccessKey.reveal() },
    ...transport,
  });
}

/**
 * Keeps the SDK from reading the shared files: what matters of them has been
 * read already, and a FIFO or a device in their place would hang it.
 */
function hideSharedFiles({ get, expandHome }: Environment): void {
  for (
    const path of [
      get("AWS_CONFIG_FILE") ?? join("~", ".aws", "config"),
      get("AWS_SHARED_CREDENTIALS_FILE") ?? join("~", ".aws", "credentials"),
    ]
  ) externalDataInterceptor.interceptFile(expandHome(path), "");
}
