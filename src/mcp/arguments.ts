// Parameters of the tools: their JSON Schema, and reading the arguments of a call.
import { parseDuration } from "../durations.ts";
import { UpdstsError } from "../errors.ts";
import { Secret } from "../secret.ts";
import { ADDED_PARAMETERS, fieldsOf } from "./clients.ts";

const TYPES = {
  text: { type: "string", description: "The value; empty for the default" },
  seconds: { type: "number", description: "Seconds" },
  digits: { type: "number", description: "The digits as a number" },
} as const;

export interface Parameter {
  readonly description: string;
  /** Accepted types of an optional parameter; a parameter without this is a required text. */
  readonly optional?: readonly (keyof typeof TYPES)[];
}

export type Parameters = Readonly<Record<string, Parameter>>;

export function inputSchema(parameters: Parameters) {
  const entries = Object.entries(parameters);
  const required = entries.flatMap(([name, { optional }]) =>
    optional === undefined ? [name] : []
  );
  return {
    type: "object" as const,
    properties: Object.fromEntries(
      entries.map(([name, { description, optional }]) => [
        name,
        optional === undefined ? { type: "string", description } : {
          description,
          // Not `"type": ["string", "null"]`, which some clients cannot map.
          anyOf: [
            ...optional.map((type) => TYPES[type]),
            { type: "null", description: "The default" },
          ],
        },
      ]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

/** Values that models send for a parameter that they leave out. */
const OMITTED: readonly unknown[] = [
  ...["", "null", "None", "undefined"],
  ...[null, undefined],
];

export class Arguments {
  readonly #given = new Map<string, string | number>();

  /**
   * Refuses unknown parameters: a misspelt one must not be ignored.
   *
   * @throws {UpdstsError} `USAGE`
   */
  constructor(parameters: Parameters, value: unknown) {
    const known = Object.keys(parameters);
    const refuse = (state: string) =>
      new UpdstsError("USAGE", `Cannot use the arguments: ${state}`, {
        hint: `the parameters are: ${known.join(", ")}`,
      });
    const values = new Map(Object.entries(fieldsOf(value)));
    for (const name of ADDED_PARAMETERS) values.delete(name);
    const unknown = [...values.keys()]
      .filter((name) => !known.includes(name))
      // Limits what the message quotes.
      .slice(0, 3).map((name) => JSON.stringify(name.slice(0, 40)));
    if (unknown.length > 0) {
      throw refuse(`the tool has no parameter ${unknown.join(", ")}`);
    }
    const wrong = Object.entries(parameters).flatMap(([name, { optional }]) => {
      const given = values.get(name);
      if (optional !== undefined && OMITTED.includes(given)) return [];
      const isNumber = typeof given === "number" &&
        optional?.some((type) => TYPES[type].type === "number");
      if (typeof given !== "string" && !isNumber) return [name];
      this.#given.set(name, given);
      return [];
    });
    if (wrong.length > 0) {
      throw refuse(
        `${
          wrong.join(", ")
        }: missing, or of a type that the tool does not accept`,
      );
    }
  }

  text(name: string): string | undefined {
    return this.#given.get(name)?.toString();
  }

  /** Seconds, which some clients send as text. @throws {UpdstsError} `DURATION_INVALID` */
  seconds(name: string): number | undefined {
    const value = this.#given.get(name);
    return typeof value === "string" ? parseDuration(value, name) : value;
  }

  /** A code; a number gets back its leading zeros. */
  code(name: string): Secret | undefined {
    const value = this.#given.get(name);
    if (value === undefined) return undefined;
    return new Secret(
      typeof value === "number" ? String(value).padStart(6, "0") : value,
    );
  }
}
