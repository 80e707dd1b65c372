// Which scenarios a command is about, by what the user typed.
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { NothingToRunError, suggestion, UsageError } from '../base/usage-error.ts';

/**
 * What any of the filters matches, without what a `not` matches; every scenario when none is given that is not a `not`. A filter
 * is a name, a part of a name or title, or `@tag`; `not @slow` may be one word or two. Of a scenario that could not be loaded the
 * tags are not known: it may carry any. @throws UsageError when a filter matches nothing, NothingToRunError when nothing is left.
 */
export function select(scenarios: readonly DescribedScenario[], filters: readonly string[]): DescribedScenario[] {
  const { wanted, unwanted } = sides(scenarios, filters);
  const chosen = wanted.length === 0 ? new Set(scenarios) : new Set(wanted.flatMap((filter) => matched(scenarios, filter)));
  // A file that could not be loaded stays, whatever its tags may be: nobody is to pass it over.
  const without = new Set(unwanted.flatMap((filter) => matched(scenarios, filter)).filter(({ broken }) => broken === undefined));
  const left = scenarios.filter((scenario) => chosen.has(scenario) && !without.has(scenario));
  if (left.length === 0) throw new NothingToRunError(`no scenario is left: '${filters.join(' ')}' leaves out what it chooses`);
  return left;
}

const NOT = /^not\s+/;

function sides(scenarios: readonly DescribedScenario[], filters: readonly string[]): { wanted: string[]; unwanted: string[] } {
  const wanted: string[] = [];
  const unwanted: string[] = [];
  for (let at = 0; at < filters.length; at++) {
    const word = filters[at] as string;
    const next = filters[at + 1];
    if (isNamed(scenarios, word)) wanted.push(word);
    else if (word === 'not') {
      if (next === undefined) throw new UsageError("'not' is followed by nothing: write what to leave out, such as not @slow");
      unwanted.push(next);
      at++;
    } else if (NOT.test(word)) unwanted.push(word.replace(NOT, ''));
    else wanted.push(word);
  }
  return { wanted, unwanted };
}

/** A title may begin with `not` too. */
function isNamed(scenarios: readonly DescribedScenario[], word: string): boolean {
  return scenarios.some(({ name, title }) => name === word || title === word);
}

function matched(scenarios: readonly DescribedScenario[], filter: string): DescribedScenario[] {
  const exact = scenarios.filter(({ name, title }) => name === filter || title === filter);
  if (exact.length > 0) return exact;
  const matches = scenarios.filter((scenario) => matchesFilter(scenario, filter));
  if (matches.some(({ broken }) => broken === undefined) || (matches.length > 0 && !filter.startsWith('@'))) return matches;
  const valid = filter.startsWith('@') ? tagsOf(scenarios) : scenarios.map(({ name }) => name);
  throw new UsageError(`no scenario matches '${filter}'${suggestion(filter, valid)}${unreadable(scenarios)}`);
}

function matchesFilter({ name, title, tags, broken }: DescribedScenario, filter: string): boolean {
  if (filter.startsWith('@')) return broken !== undefined || tags.includes(filter.slice(1));
  return name.includes(filter) || title.includes(filter);
}

function unreadable(scenarios: readonly DescribedScenario[]): string {
  const broken = scenarios.flatMap((scenario) => scenario.broken ?? []);
  return broken.length === 0 ? '' : ` (${broken.join('; ')})`;
}

function tagsOf(scenarios: readonly DescribedScenario[]): string[] {
  return [...new Set(scenarios.flatMap(({ tags }) => tags.map((tag) => `@${tag}`)))].sort();
}
