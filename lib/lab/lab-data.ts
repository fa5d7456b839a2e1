/** A network as plain data, for JSON: of each namespace `links`, `addresses`, `routes` and the other parts that `ip -j` shows. */
export interface LabData {
  readonly namespaces: readonly NamespaceData[];
}

export interface NamespaceData {
  readonly name: string;
  readonly [part: string]: unknown;
}
