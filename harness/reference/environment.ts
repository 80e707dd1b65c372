// Environment variables. A test looks for every variable that a source reads, and wants it here.

export const VARIABLES: Readonly<Record<string, string>> = {
  TORNWIRE_TOXIPROXY: "Shopify's Toxiproxy for --engine toxiproxy: the path of its server, or the URL of one that runs.",
  TORNWIRE_TOXIPROXY_IMAGE: 'The image of Toxiproxy in containers; `tornwire/toxiproxy:latest` when absent.',
  TORNWIRE_LIBFAKETIME: 'The path of libfaketime, where it is not in a usual place.',
  TORNWIRE_HEADER_AUTHORIZATION:
    'The value of the header Authorization for `check --header Authorization`, and in what `--save` writes; other headers likewise.',
  TORNWIRE_SECRET_API_KEY:
    'The value of the variable API_KEY for what `check --env API_KEY=… --save` writes; other variables likewise. It is a secret.',
  TORNWIRE_NO_NATIVE: '1: the native library is not loaded, as on a machine that has none. Splits are then paced by time.',
  TORNWIRE_SEED: 'The seed of scenarios that run as Vitest tests; on the command line it is --seed.',
  TORNWIRE_QUEUE: 'The queue of `tornwire sweep` and `tornwire worker`, as --queue; no program that they start gets it.',
  TOXIPROXY_SERVER: 'For `tornwire images`: the path of the server of Toxiproxy that goes into the image.',
  TOXIPROXY_IMAGE: 'For `tornwire images`: a published image from which that server is taken.',
  DOCKER_HOST: 'Where the container engine answers, as Docker has it: `unix:///path`. An engine on another machine is refused.',
  XDG_RUNTIME_DIR: 'The folder in which a container engine without root has its socket.',
  TMPDIR: 'The folder for the files of a run; /tmp when absent. It must be on a local file system.',
  HOME: 'Where Toxiproxy and sockets of container engines are looked for. No node of a run gets it; `{home}` is theirs.',
  PATH: 'Where programs are looked for. Nodes get it.',
  GOBIN: 'Where `go install` has put Toxiproxy.',
  GOPATH: 'Where `go install` has put Toxiproxy, in its folder bin.',
  XDG_CACHE_HOME: 'The folder of caches, in which tornwire/ may hold Toxiproxy.',
  NODE_COMPILE_CACHE: 'What Node itself writes there is not taken for a file that a node has left.',
  GITHUB_STEP_SUMMARY: 'Set by GitHub Actions: run and gate append their summary to this file.',
  GITHUB_ACTIONS: 'Set to true by GitHub Actions: run and gate end with annotations, and what a program said is no command to the runner.',
};

/** Given to every process of a run. */
export const MARKERS: Readonly<Record<string, string>> = {
  TORNWIRE_RUN: 'The id of the run: by it the processes of a run are found, also after the harness was killed.',
  TORNWIRE_NODE: 'The name of the node.',
  TORNWIRE_PROGRAM: 'On helper programs of the harness, in place of the name of a node.',
};
