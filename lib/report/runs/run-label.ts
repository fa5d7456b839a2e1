/** What `VITEST_BLOB_LABEL` called a run that is merged with others; vitest keeps it in each file's meta. */
export function labelOf(meta: object): string | undefined {
  const label: unknown = '__vitest_label__' in meta ? meta.__vitest_label__ : undefined;
  return typeof label === 'string' && label !== '' ? label : undefined;
}
