import { show, UsageError } from '../base/validate.ts';
import type { Lab, Namespace } from '../lab/index.ts';

/** What a cell of the table asks for: an answer, none, or nothing. */
export type Cell = '✓' | '✗' | '.';

/** A table as a spec writes it: who asks in the rows, who is asked in the columns. */
export interface ReachabilityTable {
  namespaces: Namespace[];
  cells: Cell[][];
}

/**
 * Reads a table. Its first line names the columns, each further line a row: the same names in the same order.
 *
 * @throws UsageError naming the line and what is wrong with it
 */
export function parseReachabilityTable(call: string, lab: Lab, text: unknown): ReachabilityTable {
  if (typeof text !== 'string') throw new UsageError(`${call}: the table must be a text: received ${show(text)}`);
  const [head = [], ...rows] = text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([first]) => first !== '');
  if (head.length === 0) throw new UsageError(`${call}: the table is empty; its first line names the namespaces`);
  const namespaces = head.map((name) => {
    const found = lab.namespaces.find((namespace) => namespace.name === name && namespace.role !== 'switch');
    if (found) return found;
    const names = lab.namespaces.filter(({ role }) => role !== 'switch').map((namespace) => namespace.name);
    throw new UsageError(`${call}: the lab has no host ${show(name)}; it has ${names.join(', ') || 'none'}`);
  });
  const rowNames = rows.map(([name]) => name ?? '');
  if (rowNames.join(' ') !== head.join(' ')) {
    throw new UsageError(
      `${call}: the rows must be those of the first line, ${head.join(', ')}: received ${rowNames.join(', ')}`,
    );
  }
  const cells = rows.map(([name, ...row]) => parseRow(call, name ?? '', row, head));
  if (cells.flat().every((cell) => cell === '.'))
    throw new UsageError(`${call}: the table asks nothing: all its cells are dots`);
  return { namespaces, cells };
}

function parseRow(call: string, name: string, cells: string[], head: string[]): Cell[] {
  if (cells.length !== head.length) {
    throw new UsageError(`${call}: row ${name} must have ${head.length} cells: received ${cells.length}`);
  }
  return cells.map((cell, column) => {
    if (cell !== '✓' && cell !== '✗' && cell !== '.') {
      throw new UsageError(
        `${call}: a cell must be ✓ (reaches), ✗ (does not) or . (not asked): received ${show(cell)} in row ${name}`,
      );
    }
    if (head[column] === name && cell !== '.')
      throw new UsageError(`${call}: row ${name} must have . under itself: received ${cell}`);
    return cell;
  });
}
