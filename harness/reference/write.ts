// `npm run reference`: writes the generated pages of docs/reference/ anew.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES, renderReference } from './pages.ts';

for (const name of Object.keys(PAGES)) {
  const file = join(import.meta.dirname, '../../docs/reference', `${name}.md`);
  writeFileSync(file, renderReference(name));
  process.stdout.write(`docs/reference/${name}.md\n`);
}
