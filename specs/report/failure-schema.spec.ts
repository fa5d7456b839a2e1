import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'hairpin';
import { CODES } from '../../lib/diagnosis/words/index.ts';
import schema from '../../schemas/failure.json' with { type: 'json' };

const validate = new Ajv2020({ allErrors: true }).compile(schema);

const FILE = fileURLToPath(new URL('../../schemas/failure.json', import.meta.url));

// `npx vitest run specs/report/failure-schema.spec.ts -u` writes them.
test('the codes of the published schema are those of the table of causes', async () => {
  const text = readFileSync(FILE, 'utf8');
  const codes = CODES.map((code) => `\n        ${JSON.stringify(code)}`).join();
  const derived = text.replace(/("code": \{[^{}]*"enum": \[)[^\]]*\]/, `$1${codes}\n      ]`);
  await expect(derived).toMatchFileSnapshot(FILE);
  // The place of the list was found.
  expect((JSON.parse(derived) as typeof schema).$defs.code.enum).toEqual(CODES);
});

test('the schema describes each property', () => {
  const undescribed: string[] = [];
  const look = (at: unknown, path: string) => {
    if (typeof at !== 'object' || at === null) return;
    if ('properties' in at)
      for (const [name, property] of Object.entries(Object(at.properties)))
        if (!Object(property).description) undescribed.push(`${path}.${name}`);
    for (const [name, inner] of Object.entries(at)) look(inner, `${path}.${name}`);
  };
  look(schema, schema.$id);
  expect(undescribed).toEqual([]);
  // What it does not know of is no such file.
  expect(validate({ version: 1, question: 'expect(a).toReach(b)', because: 'of nothing' })).toBe(false);
});
