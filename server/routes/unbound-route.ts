/** Levels of rules that watch nothing at a point, because the point lacks what they need: nobody else would notice. */
import { Type } from 'typebox';
import type { PointEntry, Registry } from '#domain/registry.ts';
import { viewerIn } from '../authentication.ts';
import type { Context } from '../context.ts';
import { pageById } from '../paging.ts';
import { inScope, isUnrestricted, placeOfFacility } from '../rights.ts';
import type { RulesPort } from '../rules-port.ts';
import { answers, page, PageQuery } from '../schemas/basics.ts';
import { UnboundShape } from '../schemas/rules.ts';
import type { Api } from './api.ts';

export function unboundRoute(app: Api, context: Context, rules: RulesPort): void {
  const schema = {
    tags: ['rules'],
    summary: 'Points at which levels of rules could not bind, with the reason',
    description:
      'Such a level watches nothing there, or not all that its rule asks for. By point; those the caller may see. Their ' +
      'number is in /metrics.',
    querystring: Type.Object(PageQuery, { additionalProperties: false }),
    response: answers(200, page(UnboundShape), 'Points and their levels'),
  };
  app.get('/rules/unbound', { config: { right: 'read-rules' }, schema }, (request) => {
    const registry = context.city.registry();
    const viewer = viewerIn(request);
    const facilityOf = ({ device }: PointEntry): string | null =>
      registry.devices.get(device)?.facility ?? null;
    const seen = unboundPoints(registry, rules).filter(
      (point) =>
        isUnrestricted(viewer.scope) || inScope(viewer, placeOfFacility(registry, facilityOf(point))),
    );
    const { items, next } = pageById(
      'unbound',
      seen.sort((a, b) => (a.id < b.id ? -1 : 1)),
      request.query,
    );
    const shown = items.map((point) => ({
      ...{ point: point.id, facility: facilityOf(point) },
      levels: rules.unbound(point.index).map(levelOf),
    }));
    return { items: shown, next };
  });
}

/** Levels that watch nothing, or less than they should, over all points. */
export const unboundCount = (registry: Registry, rules: RulesPort): number =>
  unboundPoints(registry, rules).reduce((sum, { index }) => sum + rules.unbound(index).length, 0);

const unboundPoints = (registry: Registry, rules: RulesPort): PointEntry[] =>
  registry.pointsByIndex.filter(({ index }) => rules.unbound(index).length > 0);

/** `rule/level: reason`, or `rule: reason`. Ids of rules hold neither sign. */
function levelOf(text: string): { rule: string; level: string | null; reason: string } {
  const [, rule = text, level = null, reason = ''] = /^([^/:]+)(?:\/(.*?))?: (.*)$/s.exec(text) ?? [];
  return { rule, level, reason };
}
