/** What an act of a scenario can reach: the models, the gateways, and a voice. */
import type { CityPlan, FacilityKind } from './city-plan.ts';
import type { Field } from './field.ts';
import type { SimGateway } from './gateway.ts';
import type { Site } from './site.ts';

/** What an act may do to a gateway. */
export type StageGateway = Pick<SimGateway, 'id' | 'faults' | 'cutLink' | 'restoreLink'>;

/** The city under way. */
export type Stage = {
  readonly plan: CityPlan;
  readonly field: Field;
  readonly gateways: ReadonlyMap<string, StageGateway>;
  /** Model seconds per real second. */
  readonly pace: number;
  readonly say: (line: string) => void;
};

/** Something that happens `atS` real seconds after the start. */
export type Act = { readonly atS: number; readonly run: (stage: Stage) => void };

/** The site of this kind whose turn it is, of those that are not asleep; throws when the city has none. */
export function siteOf(stage: Stage, kind: FacilityKind, which: number): Site {
  const sites = awake(stage, kind);
  const site = sites[which % sites.length];
  if (site === undefined) throw new Error(`the simulated city has no ${kind}`);
  return site;
}

/** The first site of this kind in one county; throws when there is none. */
export function siteIn(stage: Stage, kind: FacilityKind, area: string): Site {
  const site = awake(stage, kind).find(({ facility }) => facility.area === area);
  if (site === undefined) throw new Error(`the simulated ${area} has no ${kind}`);
  return site;
}

/** The gateway that reads a facility; undefined when it plays without a secret. */
export function gatewayOf(stage: Stage, site: Site): StageGateway | undefined {
  const device = stage.plan.devices.find(({ facility }) => facility === site.facility.id);
  return device === undefined ? undefined : stage.gateways.get(device.gateway);
}

/** A sleeper reports every few minutes: too seldom for a scene. */
function awake({ plan, field }: Stage, kind: FacilityKind): Site[] {
  const asleep = new Set(
    plan.gateways.filter(({ session }) => session === 'sleepy').map(({ facility }) => facility),
  );
  return [...field.sites.values()].filter(
    ({ facility }) => facility.kind === kind && !asleep.has(facility.id),
  );
}
