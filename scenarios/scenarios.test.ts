// Every scenario of this folder as a Vitest test.
import { registerScenarios } from 'tornwire/vitest';

await registerScenarios(import.meta.dirname);
