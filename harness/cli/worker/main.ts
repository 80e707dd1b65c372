// The worker's program. If there is a compile cache of Node's, the modules of the worker and of the user come from it. That
// halves the time that a worker takes to come up.
import '../../node-22.ts';
import { enableCompileCache } from 'node:module';
import { ownCompileCache } from '../../runtime/ground/base-folder.ts';

const folder = ownCompileCache();
if (folder !== undefined) enableCompileCache(folder);
await import('./serve.ts');
