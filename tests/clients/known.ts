// The clients that are driven: each with the snippet of docs/AGENTS.md, and with what makes it talk to a model of this machine and nobody else.
import { ROOT } from "../support/command.ts";
import type { Client, Place } from "./drive.ts";

const PROMPT = "Refresh my AWS session of profile default.";

const AGENTS = await Deno.readTextFile(new URL("docs/AGENTS.md", ROOT));

/** The first block of `language` below a heading, with the command of the driven server. */
function snippet(
  heading: string,
  language: string,
  { server }: Place,
): string {
  const section = AGENTS.split(/^##+ /m)
    .find((section) => section.startsWith(heading)) ?? "";
  const [, text] =
    new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "m").exec(section) ?? [];
  if (text === undefined) throw new Error(`AGENTS has no ${heading}`);
  return text.replaceAll("/path/to/updsts", server);
}

/** The snippet that most clients take, among other settings. */
function settings(
  place: Place,
  { trust, ...others }: Readonly<Record<string, unknown>> = {},
): string {
  const { mcpServers }: { mcpServers: { updsts: object } } = JSON.parse(
    snippet("Gemini CLI, Qwen", "json", place),
  );
  const updsts = { ...mcpServers.updsts, ...trust === true ? { trust } : {} };
  return JSON.stringify({ ...others, mcpServers: { updsts } });
}

export const CLIENTS: readonly Client[] = [
  {
    title: "Claude Code",
    package: "@anthropic-ai/claude-code",
    version: "2.1.332",
    command: "claude",
    limit: "> 25 min",
    env: ({ model }) => ({
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_AUTH_TOKEN: "stand-in",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      // Else the model has to look tools up first.
      ENABLE_TOOL_SEARCH: "false",
    }),
    files: (place) => ({
      ".claude.json": JSON.stringify({
        hasCompletedOnboarding: true,
        projects: { [place.project]: { hasTrustDialogAccepted: true } },
      }),
      ".claude/settings.json": snippet("Keeping the", "json", place),
    }),
    prepare: (place) =>
      `${snippet("Claude Code", "sh", place)}
! claude doctor | grep -A 3 'Invalid settings'`,
    print: ["-p", PROMPT, "--allowedTools", "mcp__updsts"],
    screen: {
      args: ["--allowedTools", "mcp__updsts"],
      // A prompt on the command line would be sent before the server is there.
      keys: [
        { at: /^❯\s*$/m, press: [PROMPT, "Enter"], ready: true },
        { at: /wants to open a URL/, press: ["Enter"] },
      ],
    },
  },
  {
    title: "Codex",
    package: "@openai/codex",
    version: "0.171.0",
    command: "codex",
    limit: "300 s",
    named: ["AWS_REGION", "AWS_SHARED_CREDENTIALS_FILE", "HTTPS_PROXY"],
    env: () => ({ STAND_IN_KEY: "stand-in" }),
    files: (place) => ({
      ".codex/config.toml": `
model = "gpt-5"
model_provider = "standin"
check_for_update_on_startup = false

[features]
# It would outlive the run.
daemon_auto_start = false

[analytics]
enabled = false

[model_providers.standin]
name = "stand-in"
base_url = "${place.model}/v1"
env_key = "STAND_IN_KEY"
wire_api = "responses"
supports_websockets = false

[projects."${place.project}"]
trust_level = "trusted"

${snippet("Codex", "toml", place)}`,
    }),
    print: ["exec", "--skip-git-repo-check", PROMPT],
    screen: { args: [PROMPT], keys: [] },
  },
  {
    title: "Gemini CLI",
    package: "@google/gemini-cli",
    version: "0.61.0",
    command: "gemini",
    limit: "600 s",
    env: ({ model }) => ({
      GEMINI_API_KEY: "stand-in",
      GOOGLE_GEMINI_BASE_URL: model,
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    }),
    files: (place) => ({
      ".gemini/settings.json": settings(place, {
        trust: true,
        security: { auth: { selectedType: "gemini-api-key" } },
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true, enableAutoUpdate: false },
      }),
    }),
    print: ["-m", "gemini-2.5-flash", "-p", PROMPT],
    screen: { args: ["-m", "gemini-2.5-flash", "-i", PROMPT], keys: [] },
  },
  {
    title: "Qwen Code",
    package: "@qwen-code/qwen-code",
    version: "0.24.4",
    command: "qwen",
    limit: "300 s",
    env: ({ model }) => ({
      OPENAI_API_KEY: "stand-in",
      OPENAI_BASE_URL: `${model}/v1`,
      OPENAI_MODEL: "stand-in",
    }),
    files: (place) => ({
      ".qwen/settings.json": settings(place, {
        trust: true,
        security: { auth: { selectedType: "openai" } },
        // Else the model has to look tools up first.
        tools: { toolSearch: { enabled: false } },
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true },
      }),
    }),
    print: ["-p", PROMPT],
    screen: { args: ["-i", PROMPT], keys: [] },
  },
  {
    title: "opencode",
    package: "opencode-ai",
    version: "1.18.33",
    command: "opencode",
    limit: "60 s",
    env: () => ({
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
    }),
    files: (place) => ({
      ".config/opencode/opencode.json": JSON.stringify({
        share: "disabled",
        autoupdate: false,
        model: "standin/model",
        small_model: "standin/model",
        provider: {
          standin: {
            npm: "@ai-sdk/openai-compatible",
            options: { baseURL: `${place.model}/v1`, apiKey: "stand-in" },
            models: { model: { name: "model", tool_call: true } },
          },
        },
        ...JSON.parse(snippet("opencode", "json", place)),
      }),
    }),
    print: ["run", PROMPT],
    screen: { args: ["--prompt", PROMPT], keys: [] },
  },
  {
    title: "Copilot CLI",
    package: "@github/copilot",
    version: "1.0.102",
    command: "copilot",
    limit: "180 s",
    env: ({ model }) => ({
      COPILOT_OFFLINE: "true",
      COPILOT_AUTO_UPDATE: "false",
      COPILOT_PROVIDER_BASE_URL: `${model}/v1`,
      COPILOT_PROVIDER_API_KEY: "stand-in",
      COPILOT_MODEL: "stand-in",
    }),
    files: (place) => ({
      ".copilot/mcp-config.json": settings(place),
      ".copilot/config.json": JSON.stringify({
        trusted_folders: [place.project],
      }),
    }),
    print: ["-p", PROMPT, "--allow-tool", "updsts"],
    screen: {
      args: ["--allow-tool", "updsts", "-i", PROMPT],
      keys: [{ at: /wants you to visit/, press: ["Enter"] }],
    },
  },
];
