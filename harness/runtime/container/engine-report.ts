// The container engine of this machine as `doctor` tells of it: asked the way a run asks, so that both find the same one.
import { connectEngine, NoEngineError } from './docker-engine.ts';
import type { NoEngine } from './engine-socket.ts';
import { IMAGES } from './images/images.ts';
import { RuntimeError } from '../runtime.ts';

interface EngineReport {
  version: string;
  /** Why runs cannot live on it although it answers. */
  unsuitable: string | undefined;
  /** The bundled images that it has. */
  images: readonly string[];
}

export async function engineReport(): Promise<EngineReport | { missing: NoEngine }> {
  try {
    const engine = await connectEngine();
    const has = await Promise.all(Object.values(IMAGES).map(async (image) => ((await engine.hasImage(image)) ? [image] : [])));
    return { version: engine.version, unsuitable: await engine.unsuitable(), images: has.flat() };
  } catch (error) {
    if (error instanceof NoEngineError) return { missing: error.missing };
    if (error instanceof RuntimeError) return { missing: { why: error.message, cure: 'look after the engine: docker info' } };
    throw error;
  }
}
