# Builds the server, then keeps only the binary.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --profile dist && cp target/dist/cyanotype /cyanotype

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data cyanotype \
    && mkdir /data && chown cyanotype:cyanotype /data && chmod 700 /data
COPY --from=build /cyanotype /usr/local/bin/cyanotype
USER cyanotype
WORKDIR /data
VOLUME /data
ENV CYANOTYPE_DATA_DIR=/data CYANOTYPE_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["cyanotype", "health"]
CMD ["cyanotype"]
