# The base image on machines with a registry: what the nodes of a run may call, beside Node itself.
# build-images.ts builds the same set of packages by mmdebstrap where no registry answers.
FROM node:24-bookworm-slim
ARG PACKAGES
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ${PACKAGES} \
 && rm -rf /var/lib/apt/lists/*
