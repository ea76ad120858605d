FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:26-slim
WORKDIR /app
# /data is for SQLite; the cache of compiled sources is the only other thing that is written.
RUN mkdir -p /data node_modules/.cache && chown node:node /data node_modules/.cache
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json ./
COPY drizzle ./drizzle
COPY server ./server
COPY cli ./cli

# Reached from outside the container only through a port that is published.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE_URL=file:/data/userAuth.db
USER node
# Compiles the sources once, and fails here where the image could not start.
RUN node --import ./server/preload.mjs cli/latchkey.ts --help > /dev/null

EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=1024", "--import", "./server/preload.mjs", "cli/latchkey.ts", "serve"]
