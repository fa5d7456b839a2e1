/** A JSON object as it stands in a configuration file. */
export type Json = Record<string, unknown>;

/** The JSON value in a text; undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
