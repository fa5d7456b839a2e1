import type { LinkKind } from '../../lib/links/link-kind.ts';
import { ownKinds } from '../../lib/links/registry.ts';
import { versionsOf } from '../../lib/netlink/codec/table.ts';
import { NUMBERS } from '../../lib/netlink/names.ts';
import { QDISC_RULES } from '../../lib/netlink/tc/qdisc-kinds.ts';
import type { Fields } from '../../lib/state/entries/fields.ts';
import { filterFields, qdiscPlaceFields } from '../../lib/state/entries/tc-fields.ts';
import type { ObjectKind } from '../../lib/state/objects/object-kind.ts';
import { OBJECT_KINDS } from '../../lib/state/objects/registry.ts';

const INTRO = `# Vocabulary

Every kind of link that hairpin knows, with every option: its values, its default, and whether \`set\` can change it. The names are
those of \`ip link add … type\` in camel case. If iproute2 uses another word, the second column has it. This page is generated from
\`lib/links\`, which says what each option does: \`npx vitest run specs/lab/vocabulary.spec.ts -u\` writes it.
[Kinds of links](links.md) shows how to use them.

All kinds have the options \`name\`, \`address\`, \`mtu\`, \`up\` and \`promiscuous\`; all except ipvlan and ipvtap have \`mac\`. \`set\` changes these
except \`address\`; it also changes \`master\` and [some more](links.md#other-names-ipv6-identifiers-and-protodown). A default in
parentheses is the kernel's own, which hairpin does not send.
`;

/** docs/vocabulary.md. */
export function vocabularyPage(): string {
  const kinds = ownKinds();
  return `${[INTRO, ...kinds.map(section), OBJECTS, ...OBJECT_KINDS.map(objectSection), TRAFFIC, ...trafficSections()].join('\n')}`;
}

const OBJECTS = `## Objects of a namespace

What a namespace has beside its links, routes, rules, nexthops and neighbours. [States](states.md#making-them) shows how to use them.
`;

function objectSection({ key, table, command, needs, fields, isSetting }: ObjectKind): string {
  const verbs = isSetting ? ['set', 'get'] : ['add', 'delete', 'list'];
  return [
    `### ns.${table}`,
    '',
    `\`${command}\`; \`${needs}\`; ${verbs.map((verb) => `\`${verb}\``).join(', ')}; in a topology file \`${key}\``,
    '',
    '| option | value |',
    '| --- | --- |',
    ...Object.entries(fields as Fields).map(([name, { rule }]) => `| \`${name}\` | ${rule} |`),
    '',
  ].join('\n');
}

const TRAFFIC = `## Traffic control

\`iface.qdisc\` and \`iface.filter\` are \`tc qdisc\` and \`tc filter\`: \`add\`, \`replace\`, \`delete\`, \`list\`. [A lab and its fixtures](lab.md#traffic-control)
shows how to use them.
`;

function trafficSections(): string[] {
  const { flower, matchall, actions, ...key } = filterFields;
  const kinds = Object.entries(QDISC_RULES);
  return [
    ...kinds.map(([kind, fields]) => tableOf(`iface.qdisc: kind '${kind}'`, { ...placeOf(kind), ...fields })),
    tableOf('iface.filter: where it is', key),
    tableOf('iface.filter: matchall', matchall.inner ?? {}),
    tableOf('iface.filter: flower', flower.inner ?? {}),
    ...Object.entries(actions.inner ?? {}).map(([kind, { inner = {} }]) =>
      tableOf(`iface.filter: action ${kind}`, inner),
    ),
  ];
}

function placeOf(kind: string): Fields {
  return kind === 'clsact' || kind === 'ingress' ? {} : qdiscPlaceFields;
}

function tableOf(title: string, fields: Fields): string {
  const rows = Object.entries(fields).map(
    ([name, { rule, inner }]) => `| \`${name}\` | ${inner ? innerRule(inner) : rule} |`,
  );
  return [
    `### ${title}`,
    '',
    ...(rows.length > 0 ? ['| option | value |', '| --- | --- |', ...rows] : ['It has no options.']),
    '',
  ].join('\n');
}

function innerRule(fields: Fields): string {
  const names = Object.entries(fields).map(
    ([name, { rule, inner }]) => `\`${name}\` (${inner ? innerRule(inner) : rule})`,
  );
  return `an object with ${names.join(', ')}`;
}

function section(kind: LinkKind): string {
  const { description } = kind;
  const options = [...kind.options.keys()];
  return [
    `## ${kind.kind}`,
    '',
    [
      `\`${kind.option}\``,
      kind.lower === 'none'
        ? undefined
        : `on \`parent\`, ${kind.lower === 'interface' ? 'an interface' : 'an interface or a real NIC'}`,
      kind.end === 'peer' ? 'made by `lab.cable`' : undefined,
      kind.isMaster ? 'others belong to it by `set({ master })`' : undefined,
      description.keepsFdb ? 'with `fdb`' : undefined,
      description.characterDevice ? 'with `open()`' : undefined,
    ]
      .filter((part) => part !== undefined)
      .join('; '),
    '',
    ...(options.length === 0
      ? ['It has only the options that all kinds have.']
      : [
          '| option | iproute2 | value | default | `set` |',
          '| --- | --- | --- | --- | --- |',
          ...options.map((name) => row(kind, name)),
        ]),
    '',
    ...ofMembers(kind),
  ].join('\n');
}

/** The settings that a master keeps for each device that belongs to it. */
function ofMembers(kind: LinkKind): string[] {
  if (kind.memberOptions.size === 0) return [];
  const rows = [...kind.memberOptions].map(([name, { rules, rule = 'any' }]) => {
    const own = kind.memberTable?.rows[name];
    const said = own ? wordsOf(own.options.word, own.of, name).join(' ') : name;
    return `| ${[`\`${name}\``, said === name ? '' : `\`${said}\``, rule, byDefault(rules, rule)].join(' | ')} |`;
  });
  return [
    'What it keeps of each device that belongs to it. `set` of that device changes it:',
    '',
    '| option | iproute2 | value | default |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ];
}

function row(kind: LinkKind, name: string): string {
  const { rules, rule = kind.description.lists?.[name]?.members ?? 'any' } = kind.options.get(name) as NonNullable<
    ReturnType<typeof kind.options.get>
  >;
  const value = rule.replace(/, such as .*| such as .*/, '').replaceAll('|', '\\|');
  const only = Object.entries(rules.when ?? {}).map(([other, wanted]) => `with ${other} ${wanted}`);
  return `| ${[`\`${name}\``, word(kind, name), [value, ...only].join('; '), byDefault(rules, rule), rules.live ? 'yes' : ''].join(' | ')} |`;
}

function byDefault(
  rules: { required?: boolean; unless?: string; default?: unknown; kernelDefault?: unknown },
  rule: string,
): string {
  if (rules.required) return rules.unless ? `must be given, unless \`${rules.unless}\`` : 'must be given';
  if (rules.default !== undefined) return `\`${rules.default}\``;
  const { kernelDefault = rule === 'true or false' ? false : undefined } = rules;
  return kernelDefault === undefined ? '' : `(\`${kernelDefault}\`)`;
}

/** How iproute2 says it, where that is not the option's own name. */
function word(kind: LinkKind, name: string): string {
  const bits = Object.values(kind.table.rows).find(({ of }) => of.flat?.includes(name));
  const own = kind.table.rows[name] ?? bits;
  if (!own) return '';
  const [first] = versionsOf(own);
  const said = bits ? bits.of.words({ [name]: true }, NUMBERS) : wordsOf(own.options.word, first?.of, name);
  const text = said.join(' ').replace(/ 1$/, '');
  return text === name || text === '' ? '' : `\`${text}\``;
}

function wordsOf(
  keyword: string | false | undefined,
  of: { words: (value: never, names: typeof NUMBERS) => readonly string[]; rule?: string } | undefined,
  name: string,
): readonly string[] {
  if (keyword === false) return [];
  if (keyword === '' && of?.rule === 'true or false') return of.words(true as never, NUMBERS);
  return [keyword || name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}
