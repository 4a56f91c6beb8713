/** The duty console's own files, and the headers that keep a browser from anything else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Nothing from anywhere but here: the duty room has no internet, and a foreign script could take an alarm. */
const SELF = ["'self'"];
const CONTENT_POLICY = {
  'default-src': ["'none'"],
  'script-src': SELF,
  'style-src': SELF,
  'img-src': [...SELF, 'data:'],
  'font-src': SELF,
  'connect-src': SELF,
  'worker-src': SELF,
  'manifest-src': SELF,
  'base-uri': ["'none'"],
  'form-action': SELF,
  'frame-ancestors': ["'none'"],
};

/**
 * `secure` = behind TLS: browsers are then told to stay there. `mapHosts`: origins of configured base maps, from which
 * pictures, and nothing else, may be fetched.
 */
export async function guardBrowsers(
  app: FastifyInstance,
  secure: boolean,
  mapHosts: readonly string[],
): Promise<void> {
  const directives = {
    ...CONTENT_POLICY,
    'img-src': [...CONTENT_POLICY['img-src'], ...mapHosts],
    'connect-src': [...CONTENT_POLICY['connect-src'], ...mapHosts],
  };
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: secure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'same-origin' },
  });
}

/**
 * Serves the built console from `directory`. Hashed assets never change; the page that names them is asked for each
 * time, else a console left open over an update would ask for files that are gone. False when it is not built.
 */
export async function serveConsole(app: FastifyInstance, directory: string): Promise<boolean> {
  if (!existsSync(join(directory, 'index.html'))) return false;
  await app.register(fastifyStatic, {
    root: directory,
    cacheControl: false,
    index: ['index.html'],
    setHeaders(reply, path) {
      const hashed = /[\\/]assets[\\/]/.test(path);
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return true;
}

/** True for an address of the console's own (`/duty`, `/login`, …): the page itself finds out what to show. */
export function isPageRequest(request: FastifyRequest): boolean {
  const path = request.url.split('?', 1)[0] ?? '';
  const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
  return wantsPage && !path.startsWith('/api/') && path !== '/metrics' && !/\.[A-Za-z0-9]+$/.test(path);
}
