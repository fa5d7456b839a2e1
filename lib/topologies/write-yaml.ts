import { Document, isMap, isNode, isScalar, isSeq, type Node, visit } from 'yaml';
import type { Described, Remark } from './described.ts';
import type { Path } from './topology.ts';

/** What fits on a line. */
const WIDTH = 110;

/** A topology as YAML, with a comment for what it cannot say at the place. */
export function writeYaml({ topology, remarks }: Described): string {
  const document = new Document(topology, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node, path) => {
      // Namespaces and links stand below each other, and what is in them in one line as far as it fits.
      const isOutline = path.length < 4;
      const text = JSON.stringify(node.toJS(document));
      node.flow = !isOutline && text.length < WIDTH - path.length && !text.includes('\\n');
    },
  });
  for (const remark of remarks) addComment(document, remark);
  const text = document.toString({ lineWidth: 0, nullStr: '', flowCollectionPadding: true });
  return `# yaml-language-server: $schema=./node_modules/hairpin/schemas/topology.json\n${text}`;
}

function addComment(document: Document, { path, text }: Remark): void {
  const comment = ` Left out: ${text}`;
  const node = nodeAt(document, path);
  if (node) node.commentBefore = [node.commentBefore, comment].filter((each) => each).join('\n');
  else document.commentBefore = [document.commentBefore, comment].filter((each) => each).join('\n');
}

/** The key of a mapping's value, or a member of a list. */
function nodeAt(document: Document, path: Path): Node | undefined {
  if (path.length === 0) return undefined;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  const key = isMap(parent)
    ? parent.items.find((pair) => isScalar(pair.key) && pair.key.value === last)?.key
    : isSeq(parent) && parent.items[Number(last)];
  return isNode(key) ? key : undefined;
}
