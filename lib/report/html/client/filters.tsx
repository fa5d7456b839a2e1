import type { ListedTest } from '../page-data.ts';
import { CHOICES, type Choice, type Filter, isChosen } from './filter.ts';

interface Props {
  tests: readonly ListedTest[];
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

/** The search, and a choice of states. The flaky and the unstable ones are a choice only if there are any. */
export function Filters({ tests, filter, onFilter }: Props) {
  const choices = CHOICES.map((choice) => ({ choice, number: tests.filter((test) => isChosen(test, choice)).length }));
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label for="search">Search</label>
      <input
        type="search"
        id="search"
        placeholder="Name or file"
        autocomplete="off"
        value={filter.words}
        onInput={(event) => onFilter({ ...filter, words: event.currentTarget.value })}
      />
      <fieldset>
        <legend>Show</legend>
        {choices
          .filter(({ choice, number }) => !SELDOM.includes(choice) || number > 0)
          .map(({ choice, number }) => (
            <label key={choice}>
              <input
                type="radio"
                name="state"
                value={choice}
                checked={filter.choice === choice}
                onChange={() => onFilter({ ...filter, choice })}
              />
              <span>
                {wordOf(choice)} <b>{number}</b>
              </span>
            </label>
          ))}
      </fieldset>
    </form>
  );
}

const SELDOM: readonly Choice[] = ['flaky', 'unstable'];

function wordOf(choice: Choice): string {
  return choice.replace(/^./, (letter) => letter.toUpperCase());
}
