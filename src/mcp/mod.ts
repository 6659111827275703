// What main.ts needs of the MCP server, in one import that is loaded when it is needed.
export { describeTools } from "./describe_tools.ts";
export { serveMcp } from "./serve.ts";
