// Which proxy a request goes through, for messages: the runtime itself uses it.
import type { Environment } from "../machine/environment.ts";
import type { Variable } from "../machine/environment.ts";

/** The proxy for `url`, without name and password; undefined if there is none. */
export function proxyFor(
  url: URL,
  environment: Environment,
): string | undefined {
  const either = (upper: Variable, lower: Variable) =>
    environment.get(upper) ?? environment.get(lower);
  // Of two, the runtime takes ALL_PROXY.
  const proxy = either("ALL_PROXY", "all_proxy") ??
    (url.protocol === "https:"
      ? either("HTTPS_PROXY", "https_proxy")
      : either("HTTP_PROXY", "http_proxy"));
  if (proxy === undefined) return undefined;
  const exempt = (either("NO_PROXY", "no_proxy") ?? "").split(",").some(
    (entry) => {
      const domain = entry.trim().replace(/^\*?\./, "");
      return domain === "*" || url.hostname === domain ||
        (domain !== "" && url.hostname.endsWith(`.${domain}`));
    },
  );
  return exempt ? undefined : withoutPassword(proxy);
}

function withoutPassword(proxy: string): string {
  const parsed = URL.parse(proxy.includes("://") ? proxy : `http://${proxy}`);
  // A password with one of these in it, as it is, makes another part of an
  // address of what it should have hidden.
  const [, , ...more] = proxy.split("@");
  const path = `${parsed?.pathname}${parsed?.search}${parsed?.hash}`;
  return parsed === null || more.length > 0 || path.includes("@")
    ? "an unreadable address"
    : parsed.host;
}
