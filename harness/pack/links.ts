// Pages of docs/ name files of the repository that the package has not. There such a link becomes its own words.
import { globSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const INDEX = 'README.md';
const LINK = /\[([^\]]*)\]\(([^)\s]+)\)/g;

/** What pages of a folder link to and is not there, as `page: target`. Addresses of the web are left alone. */
export function deadLinks(folder: string): string[] {
  return pagesOf(folder).flatMap((page) =>
    [...readFileSync(join(folder, page), 'utf8').matchAll(LINK)]
      .map(([, , target = '']) => target)
      .filter((target) => !leadsSomewhere(folder, page, target))
      .map((target) => `${page}: ${target}`),
  );
}

/** Puts the words in the place of each link that leads nowhere within the folder. A row of an index that leads nowhere else goes with it. */
export function mendLinks(folder: string): void {
  for (const page of pagesOf(folder)) {
    const text = readFileSync(join(folder, page), 'utf8');
    const leads = (target: string): boolean => leadsSomewhere(folder, page, target);
    const lines = page === INDEX ? text.split('\n').filter((line) => !line.startsWith('| ') || hasLinkThat(line, leads)) : text.split('\n');
    const mended = lines.join('\n').replaceAll(LINK, (link, words: string, target: string) => (leads(target) ? link : words));
    if (mended !== text) writeFileSync(join(folder, page), mended);
  }
}

/** True of a line without any link too. */
function hasLinkThat(line: string, leads: (target: string) => boolean): boolean {
  const targets = [...line.matchAll(LINK)].map(([, , target = '']) => target);
  return targets.length === 0 || targets.some(leads);
}

/** The README of the package as it is seen from there: `docs/` lies beside it, and not one folder above. */
export function readmeOfPackage(text: string): string {
  return text.replaceAll('](../docs/', '](docs/');
}

function pagesOf(folder: string): string[] {
  return globSync('**/*.md', { cwd: folder }).toSorted();
}

function leadsSomewhere(folder: string, page: string, target: string): boolean {
  if (/^(?:[a-z]+:|#)/.test(target)) return true;
  const file = join(dirname(page), target.replace(/#.*$/, ''));
  return !file.startsWith('..') && existsSync(join(folder, file));
}
