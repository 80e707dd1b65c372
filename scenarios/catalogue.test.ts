// The generated documentation says what the scenarios and the patches say.
import { registerCatalogue } from 'tornwire/vitest';

await registerCatalogue(import.meta.dirname, { scenarios: 'README.md', defects: '../fixtures/defects/TABLE.md' });
