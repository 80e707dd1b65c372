// Pages of docs/ name files of the repository that the package has not. There such a link becomes its own words.
import { globSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

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

/** Puts the words in the place of each link that leads nowhere within the folder. */
export function mendLinks(folder: string): void {
  for (const page of pagesOf(folder)) {
    const text = readFileSync(join(folder, page), 'utf8');
    const mended = text.replaceAll(LINK, (link, words: string, target: string) => (leadsSomewhere(folder, page, target) ? link : words));
    if (mended !== text) writeFileSync(join(folder, page), mended);
  }
}

function pagesOf(folder: string): string[] {
  return globSync('**/*.md', { cwd: folder }).toSorted();
}

function leadsSomewhere(folder: string, page: string, target: string): boolean {
  if (/^(?:[a-z]+:|#)/.test(target)) return true;
  const file = join(dirname(page), target.replace(/#.*$/, ''));
  return !file.startsWith('..') && existsSync(join(folder, file));
}
