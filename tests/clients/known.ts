// The clients that are driven, with what makes each of them talk to a model of this machine and nobody else.
import type { Client, Place } from "./drive.ts";

const PROMPT = "Refresh my AWS session of profile default.";

/** As most clients take it. */
function mcpServers(
  { server, serverEnv }: Place,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    mcpServers: {
      updsts: { command: server, args: [], env: serverEnv, ...more },
    },
  };
}

export const CLIENTS: readonly Client[] = [
  {
    title: "Claude Code",
    package: "@anthropic-ai/claude-code",
    version: "2.1.332",
    command: "claude",
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
        ...mcpServers(place),
      }),
    }),
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
    env: () => ({ STAND_IN_KEY: "stand-in" }),
    files: ({ server, serverEnv, model, project }) => ({
      ".codex/config.toml": `
model = "gpt-5"
model_provider = "standin"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.standin]
name = "stand-in"
base_url = "${model}/v1"
env_key = "STAND_IN_KEY"
wire_api = "responses"
supports_websockets = false

[projects."${project}"]
trust_level = "trusted"

[mcp_servers.updsts]
command = "${server}"
args = []
required = true
env = { AWS_ENDPOINT_URL_STS = "${serverEnv["AWS_ENDPOINT_URL_STS"]}" }

[mcp_servers.updsts.tools.updsts_update_sts_credential]
approval_mode = "approve"
`,
    }),
    print: ["exec", "--skip-git-repo-check", PROMPT],
    screen: { args: [PROMPT], keys: [] },
    // It starts a daemon, which outlives it.
    end: ["app-server", "daemon", "stop"],
  },
  {
    title: "Gemini CLI",
    package: "@google/gemini-cli",
    version: "0.61.0",
    command: "gemini",
    env: ({ model }) => ({
      GEMINI_API_KEY: "stand-in",
      GOOGLE_GEMINI_BASE_URL: model,
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    }),
    files: (place) => ({
      ".gemini/settings.json": JSON.stringify({
        security: { auth: { selectedType: "gemini-api-key" } },
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true, enableAutoUpdate: false },
        ...mcpServers(place, { trust: true }),
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
    env: ({ model }) => ({
      OPENAI_API_KEY: "stand-in",
      OPENAI_BASE_URL: `${model}/v1`,
      OPENAI_MODEL: "stand-in",
    }),
    files: (place) => ({
      ".qwen/settings.json": JSON.stringify({
        security: { auth: { selectedType: "openai" } },
        // Else the model has to look tools up first.
        tools: { toolSearch: { enabled: false } },
        privacy: { usageStatisticsEnabled: false },
        general: { disableAutoUpdate: true },
        ...mcpServers(place, { trust: true }),
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
    env: () => ({
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
    }),
    files: ({ server, serverEnv, model }) => ({
      ".config/opencode/opencode.json": JSON.stringify({
        share: "disabled",
        autoupdate: false,
        model: "standin/model",
        small_model: "standin/model",
        provider: {
          standin: {
            npm: "@ai-sdk/openai-compatible",
            options: { baseURL: `${model}/v1`, apiKey: "stand-in" },
            models: { model: { name: "model", tool_call: true } },
          },
        },
        mcp: {
          updsts: {
            type: "local",
            command: [server],
            environment: serverEnv,
            enabled: true,
          },
        },
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
    env: ({ model }) => ({
      COPILOT_OFFLINE: "true",
      COPILOT_AUTO_UPDATE: "false",
      COPILOT_PROVIDER_BASE_URL: `${model}/v1`,
      COPILOT_PROVIDER_API_KEY: "stand-in",
      COPILOT_MODEL: "stand-in",
    }),
    files: (place) => ({
      ".copilot/mcp-config.json": JSON.stringify(
        mcpServers(place, { type: "local", tools: ["*"] }),
      ),
      ".copilot/config.json": JSON.stringify({
        trusted_folders: [place.project],
      }),
    }),
    print: ["-p", PROMPT, "--allow-all-tools"],
    screen: {
      args: ["--allow-all-tools", "-i", PROMPT],
      keys: [{ at: /wants you to visit/, press: ["Enter"] }],
    },
  },
];
