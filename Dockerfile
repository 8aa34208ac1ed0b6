# The worker's image: the same one for `sqs`, `lambda` and `manual` (EXECUTION_MODE), on linux/arm64 and linux/amd64.
#
#   npm run push -- <environment>                                     builds it and hands it to the account's registry
#   docker buildx build --platform linux/arm64 --load -t logferry .   only builds it
#
# It runs on a read-only root file system, as any user. Settings: docs/configuration.md. test/infra/image runs these very steps, and starts what they make.

# `npm run pin:digests` adds the digest. A mirror of Docker Hub is named by --build-arg NODE_IMAGE=...
ARG NODE_IMAGE=node:24.21.0-alpine

# JavaScript is the same for every platform (a test holds the dependencies to it), so it is made on the builder's own and never under emulation.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS manifests
WORKDIR /build
COPY package.json package-lock.json .npmrc ./

FROM manifests AS build
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY worker/ worker/
RUN node_modules/.bin/tsc -p tsconfig.build.json

# Declarations and source maps of packages are nearly half of them, and nothing reads them in production.
FROM manifests AS dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts \
    && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' \) -delete

# Node without the package managers and headers beside it: 30 MB, and most of what a scanner would find.
FROM ${NODE_IMAGE} AS base
RUN apk add --no-cache 'tini=~0.19' \
    && rm -rf /opt/yarn* /usr/local/lib/node_modules /usr/local/include /usr/local/share/doc /usr/local/share/man \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg

# What was removed would still be in the layers below: from scratch, it is gone, which is why the whole file system is copied.
FROM scratch
# hadolint ignore=DL3067
COPY --from=base / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /build/node_modules node_modules
COPY --from=build /build/dist dist
# The worker tells its version from it. The mode is not left to the umask of whoever cloned.
COPY --from=build --chmod=0444 /build/package.json package.json

# By number: Kubernetes' runAsNonRoot cannot look a name up.
USER 10001:10001
EXPOSE 9464
# For Docker and compose; ECS asks by its task definition only, with the same command.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["node", "dist/worker/healthcheck.js"]
# -s: on Lambda tini is not process 1, and would say so at every start. No NODE_OPTIONS: V8 fits its heap to the container's memory by itself.
ENTRYPOINT ["/sbin/tini", "-s", "--", "node", "dist/worker/main.js"]

# `npm run push` adds revision and source, where git knows them.
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="logferry" \
      org.opencontainers.image.description="Delivers each customer's container logs into that customer's own AWS account" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
