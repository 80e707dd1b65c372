// The names of the images that containers are started from. build-images.ts builds the bundled ones.

export const IMAGES = {
  base: 'tornwire/base:latest',
  toxiproxy: 'tornwire/toxiproxy:latest',
} as const;

export const BUILD_IMAGES = 'npx tornwire images';

/** A node's or program's own image, or the bundled base, into which the harness's Node is mounted. */
export function imageFor(program: { image?: string | undefined }): { image: string; bundled: boolean } {
  const image = program.image ?? IMAGES.base;
  return { image, bundled: Object.values<string>(IMAGES).includes(image) };
}

export function cureForImage(image: string): string {
  return imageFor({ image }).bundled
    ? `image ${image} is missing: build it with '${BUILD_IMAGES}'`
    : `image ${image} is missing and cannot be pulled: build or load it`;
}
