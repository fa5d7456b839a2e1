import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'hairpin';
import { CODES } from '../../lib/diagnosis/words/index.ts';
import schema from '../../schemas/failure.json' with { type: 'json' };

const validate = new Ajv2020({ allErrors: true }).compile(schema);

test('the schema describes each property, and has every code', () => {
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
  expect(schema.$defs.code.enum).toEqual(CODES);
  // What it does not know of is no such file.
  expect(validate({ version: 1, question: 'expect(a).toReach(b)', because: 'of nothing' })).toBe(false);
});
