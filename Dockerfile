# Switchyard in a container: the server alone, or with the default model's pack.
#
#   docker build --tag switchyard .
#   docker build --tag switchyard:smollm2 --target with-model .
#
# docs/operating.md says how to run it. scripts/dockerfile-check takes these steps where there is no
# container engine, and refuses instructions and flags that it does not know.

FROM swift:6.3.1-bookworm AS build
WORKDIR /source
COPY scripts/build.sh scripts/lib.sh scripts/packages.sh scripts/
RUN scripts/packages.sh && rm -rf /var/lib/apt/lists/*
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
COPY loadtest loadtest
# Swift's runtime goes into the program, so that the images below need nothing of Swift.
RUN scripts/build.sh --static switchyard \
    && strip --output-file /usr/local/bin/switchyard .build/release/switchyard

FROM build AS model
COPY scripts/model.sh scripts/pip.sh scripts/
COPY models/smollm2 models/smollm2
RUN scripts/model.sh \
    && mv models/smollm2/smollm2-135m-instruct.switchyard /

FROM debian:bookworm-slim AS server
RUN apt-get update \
    && apt-get install -y --no-install-recommends libnghttp2-14 libpcre2-8-0 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 switchyard \
    && useradd --uid 10001 --gid switchyard --no-log-init --no-create-home \
        --home-dir /nonexistent --shell /usr/sbin/nologin switchyard \
    && install --directory --owner switchyard --group switchyard /var/cache/switchyard
COPY LICENSE /usr/share/doc/switchyard/
COPY --from=build /usr/local/bin/switchyard /usr/local/bin/
# Other hosts than loopback are served only with --api-key-file.
ENV SWITCHYARD_HOST=0.0.0.0 SWITCHYARD_CACHE_DIR=/var/cache/switchyard
# A number, so that Kubernetes' runAsNonRoot can see that it is not root.
USER 10001:10001
VOLUME /var/cache/switchyard
EXPOSE 8080
STOPSIGNAL SIGTERM
# Whether it lives, not whether it is ready: preparing a large model may take an hour.
HEALTHCHECK --interval=30s --timeout=6s --start-period=5s --retries=3 CMD ["switchyard", "health"]
ENTRYPOINT ["switchyard"]
CMD ["serve"]

FROM server AS with-model
COPY --from=model /smollm2-135m-instruct.switchyard /usr/share/switchyard/
ENV SWITCHYARD_MODEL=/usr/share/switchyard/smollm2-135m-instruct.switchyard

# What is built when no target is named.
FROM server
