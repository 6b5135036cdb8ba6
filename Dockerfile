# syntax=docker/dockerfile:1
# Not built in CI: there is no docker engine there. See docs/CONTRIBUTING.md before you change this file.

FROM node:24-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production LANG=C.UTF-8
WORKDIR /app
COPY --from=build /src/package.json /src/vigie.yaml /src/vigie.schema.json /src/LICENSE ./
COPY --from=build /src/node_modules node_modules
COPY --from=build /src/dist dist
# The sample runs until a folder with a vigie.yaml of your own is mounted at /etc/vigie.
COPY --from=build /src/vigie.yaml /etc/vigie/vigie.yaml
RUN ln -s /app/dist/launch.js /usr/local/bin/vigie && install -d -o node -g node /data
USER node
VOLUME /data
# Answers on the container's own loopback only; whoever changes the port in CMD changes it here too.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz', { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["vigie"]
CMD ["start", "--config", "/etc/vigie/vigie.yaml", "--data", "/data", "--no-ui", "--port", "8080"]
