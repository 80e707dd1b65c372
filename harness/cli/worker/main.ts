// The worker's program: its modules and the user's come from Node's compile cache where there is one, which halves the time that a
// worker takes to come up.
import '../../node-22.ts';
import { enableCompileCache } from 'node:module';
import { ownCompileCache } from '../../runtime/ground/base-folder.ts';

const folder = ownCompileCache();
if (folder !== undefined) enableCompileCache(folder);
await import('./serve.ts');
