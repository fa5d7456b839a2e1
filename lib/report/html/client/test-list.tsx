import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ListedTest } from '../page-data.ts';
import type { Filter } from './filter.ts';
import { Filters } from './filters.tsx';
import { Group } from './group.tsx';
import { moveByKey } from './list-keys.ts';
import { TestLink } from './test-link.tsx';
import { type Folder, folderOf, treeOf } from './tree.ts';

interface Props {
  tests: readonly ListedTest[];
  /** The numbers of those that the filter lets through. */
  shown: readonly number[];
  /** The one that is shown beside the list, if one is. */
  current: number | undefined;
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

/** The list of tests, by folder and file, with its filters. */
export function TestList({ tests, shown, current, filter, onFilter }: Props) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const isFirst = useRef(true);
  const folders = treeOf(tests, shown);
  const path = tests[current ?? -1]?.file ?? '';

  useLayoutEffect(() => {
    setClosed((before) => new Set([...before].filter((key) => key !== path && key !== folderOf(path))));
    // The first one may be anywhere in the list. One that the reader chooses there is in sight already.
    const { scrollX, scrollY } = window;
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: isFirst.current ? 'center' : 'nearest' });
    // The list only: on a phone the page would scroll, too.
    window.scrollTo(scrollX, scrollY);
    isFirst.current = false;
  }, [current]);

  function toggle(key: string, isOpen: boolean): void {
    setClosed((before) => {
      if (before.has(key) !== isOpen) return before;
      return new Set(isOpen ? [...before].filter((each) => each !== key) : [...before, key]);
    });
  }

  // What matches is to be seen.
  function onChange(changed: Filter): void {
    setClosed(new Set());
    onFilter(changed);
  }

  const fileGroup = (file: Folder['files'][number], level: 2 | 3) => (
    <Group
      key={file.path}
      class="file"
      level={level}
      name={file.name}
      failed={file.failed}
      isOpen={!closed.has(file.path)}
      onToggle={(isOpen) => toggle(file.path, isOpen)}
    >
      <ul>
        {file.tests.map((number) => {
          const test = tests[number];
          return (
            <li key={number}>{test && <TestLink number={number} test={test} isCurrent={number === current} />}</li>
          );
        })}
      </ul>
    </Group>
  );

  return (
    <nav aria-label="Tests" onKeyDown={moveByKey}>
      <Filters tests={tests} filter={filter} onFilter={onChange} />
      <ListTools shown={shown.length} all={tests.length} keys={keysOf(folders)} closed={closed} onClose={setClosed} />
      <div class="files" ref={list}>
        {folders.map((folder) =>
          folder.name === '' ? (
            folder.files.map((file) => fileGroup(file, 2))
          ) : (
            <Group
              key={folder.name}
              class="folder"
              level={2}
              name={folder.name}
              failed={folder.failed}
              isOpen={!closed.has(folder.name)}
              onToggle={(isOpen) => toggle(folder.name, isOpen)}
            >
              {folder.files.map((file) => fileGroup(file, 3))}
            </Group>
          ),
        )}
      </div>
    </nav>
  );
}

interface ToolsProps {
  /** How many tests the filter lets through, and how many there are. */
  shown: number;
  all: number;
  /** What can be closed. */
  keys: readonly string[];
  closed: ReadonlySet<string>;
  onClose: (closed: ReadonlySet<string>) => void;
}

function ListTools({ shown, all, keys, closed, onClose }: ToolsProps) {
  const isClosed = keys.length > 0 && keys.every((key) => closed.has(key));
  return (
    <div class="tools">
      <p role="status" class="status">
        {shown === all ? `All ${shown} shown` : `${shown} of ${all} shown`}
      </p>
      {keys.length > 1 && (
        <button type="button" class="quiet" onClick={() => onClose(new Set(isClosed ? [] : keys))}>
          {isClosed ? 'Expand all' : 'Collapse all'}
        </button>
      )}
      <p class="keys">
        <kbd>↑</kbd> <kbd>↓</kbd> in the list, <kbd>Esc</kbd> back to it
      </p>
    </div>
  );
}

/** Of all files: a folder that is opened then shows what it has. */
function keysOf(folders: readonly Folder[]): string[] {
  return folders.flatMap(({ files }) => files.map(({ path }) => path));
}
