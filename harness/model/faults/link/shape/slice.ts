// Toxiproxy's slicer: sizes around an average, with a delay. Boundaries are not vouched for.
import { z } from 'zod';
import { linkFault, notNegative, noWait, sameAtAnySpeed, TOXIPROXY_CHUNK_BYTES } from '../base/link-fault-type.ts';

export const slice = linkFault({
  schema: z.strictObject({
    kind: z.literal('slice'),
    averageSize: z.int().min(1),
    sizeVariation: notNegative.optional(),
    delayUs: notNegative,
  }),
  sample: { kind: 'slice', averageSize: 16, sizeVariation: 4, delayUs: 1000 },
  effect: 'none',
  delayMs: noWait,
  heldMs: () => Infinity,
  atSpeed: sameAtAnySpeed,
  aim: 'connections',
  onStdio: true,
  toxiproxy: { hitSeenIn: 'setup', canBeFelt: ({ averageSize }) => averageSize < TOXIPROXY_CHUNK_BYTES },
  toxic: ({ averageSize, sizeVariation = 0, delayUs }) => ({
    type: 'slicer',
    attributes: { average_size: averageSize, size_variation: sizeVariation, delay: delayUs },
  }),
  hit: {
    when: 'one write left as several, or waited for the pause behind the one before',
    notWhen: 'every write is shorter than a slice',
  },
});
