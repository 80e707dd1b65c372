// `npm run reference`: writes the generated pages of docs/reference/ and docs/llms.txt anew.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderLlms } from './llms.ts';
import { PAGES, renderReference } from './pages.ts';

for (const name of Object.keys(PAGES)) {
  const file = join(import.meta.dirname, '../../docs/reference', `${name}.md`);
  writeFileSync(file, renderReference(name));
  process.stdout.write(`docs/reference/${name}.md\n`);
}

writeFileSync(join(import.meta.dirname, '../../docs/llms.txt'), renderLlms());
process.stdout.write('docs/llms.txt\n');
