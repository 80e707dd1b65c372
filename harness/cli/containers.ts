// Whether nodes can run in containers here. Loaded only when it is asked: testcontainers takes a while.

/** What the container runtime lacks here, with the cure. */
export async function containersUnavailable(): Promise<string | undefined> {
  const { containerRuntime } = await import('../runtime/container-runtime.ts');
  return containerRuntime().unavailable();
}
