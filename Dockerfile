# syntax=docker/dockerfile:1
# Images of the command and of the simulator: static binaries without a system around them.
#
#   docker build --target frameio --tag frameio .
#   docker run --rm --env FRAMEIO_TOKEN frameio whoami
#
#   docker build --target frameio-sim --tag frameio-sim .
#   docker run --rm --publish 127.0.0.1:8080:8080 frameio-sim
#
# Not built yet: the file was written without access to a container registry.
FROM rust:1-alpine AS build
# A C compiler for ring, and the certificates that the final image gets.
RUN apk add --no-cache ca-certificates musl-dev
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --release --locked -p frameio-cli && cp target/release/frameio /frameio
RUN mkdir -m 0700 /data

# The simulator. It is reached through the published port; the routes below /_sim/ accept requests from the same
# machine only, so use them with `docker run --network host`, or from another container with
# `--network container:NAME`. Its tokens are known: publish the port on the loopback only.
FROM scratch AS frameio-sim
COPY --from=build /frameio /frameio
USER 65534:65534
EXPOSE 8080
ENTRYPOINT ["/frameio", "sim"]
CMD ["--listen", "0.0.0.0:8080"]

# The command. It uses FRAMEIO_TOKEN, or FRAMEIO_CLIENT_ID and FRAMEIO_CLIENT_SECRET. Files to upload are mounted;
# profiles are kept in the volume /data.
FROM scratch AS frameio
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /frameio /frameio
COPY --from=build --chown=65534:65534 /data /data
ENV FRAMEIO_CONFIG_DIR=/data FRAMEIO_INSECURE_STORAGE=1 TMPDIR=/data
USER 65534:65534
VOLUME /data
ENTRYPOINT ["/frameio"]
CMD ["--help"]
