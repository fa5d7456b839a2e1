/** What `VITEST_BLOB_LABEL` called a run that is merged with others; vitest keeps it in each file's meta. */
export function labelOf(meta: object): string | undefined {
  const label: unknown = '__vitest_label__' in meta ? meta.__vitest_label__ : undefined;
  return typeof label === 'string' && label !== '' ? label : undefined;
}

/** A file's name with its run's, where it has one: `sudo: specs/a.spec.ts`. */
export function withLabel(label: string | undefined, name: string): string {
  return label ? `${label}: ${name}` : name;
}
