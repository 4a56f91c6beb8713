/** The city's base maps: which there are, and their files, in ranges as PMTiles readers ask for them. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Type } from 'typebox';
import type { Context } from '../context.ts';
import { Problem } from '../problems.ts';
import { answers, oneOf, orNull } from '../schemas/basics.ts';
import type { Api } from './api.ts';

const BaseShape = Type.Object({
  id: Type.String(),
  name: Type.String(),
  kind: oneOf(['pmtiles', 'geojson', 'raster']),
  urls: Type.Array(Type.String(), { description: 'Our own address, or templates with {z}, {x}, {y}' }),
  datum: oneOf(['wgs84', 'gcj02'], 'wgs84 also stands for CGCS 2000'),
  approval: orNull(Type.String({ description: '审图号, printed wherever the base is shown' })),
  attribution: orNull(Type.String()),
  maxZoom: Type.Integer(),
});

export function mapRoutes(app: Api, { map }: Context): void {
  const list = {
    tags: ['map'],
    summary: 'Base maps of the configuration; the first is shown unless somebody chooses another',
    response: answers(200, Type.Object({ bases: Type.Array(BaseShape) }), 'None: the console’s own sketch'),
  };
  app.get('/map/bases', { config: { right: 'read-reference' }, schema: list }, async () => ({
    bases: [...map.bases],
  }));
  const file = {
    tags: ['map'],
    summary: 'The file behind a base, whole or the range asked for',
    params: Type.Object({ id: Type.String() }),
    response: answers(200, Type.Unknown(), 'The bytes of the file; 206 with a range'),
  };
  app.get('/map/bases/:id', { config: { right: 'read-reference' }, schema: file }, async (request, reply) => {
    const path = map.files.get(request.params.id);
    if (path === undefined) throw new Problem('not-found');
    const { size, mtimeMs } = await stat(path);
    // A reader that began with one file must not go on with another: PMTiles compares the tag.
    void reply
      .header('accept-ranges', 'bytes')
      .header('etag', `"${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}"`);
    void reply.header('cache-control', 'private, no-cache');
    void reply.type(path.endsWith('json') ? 'application/geo+json' : 'application/octet-stream');
    const range = rangeOf(request.headers.range, size);
    if (range === 'outside') return reply.code(416).header('content-range', `bytes */${size}`).send();
    if (range === null) return reply.header('content-length', size).send(createReadStream(path));
    const { start, end } = range;
    void reply
      .code(206)
      .header('content-range', `bytes ${start}-${end}/${size}`)
      .header('content-length', end - start + 1);
    return reply.send(createReadStream(path, { start, end }));
  });
}

/** One range of RFC 9110; null = the whole file (none was asked for, or a form that need not be understood). */
export function rangeOf(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | 'outside' | null {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return null;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return start >= size || end < start ? 'outside' : { start, end };
}
