# Shopify's Toxiproxy as one more program on the base image. build-images.ts puts the server's binary into
# the build's folder: out of the published image where a registry answers, built or found on this machine elsewhere.
ARG BASE=tornwire/base:latest
FROM ${BASE}
COPY toxiproxy-server /usr/local/bin/toxiproxy-server
CMD ["toxiproxy-server", "-host", "0.0.0.0", "-port", "8474"]
