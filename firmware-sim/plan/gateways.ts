/** Which gateway reads which box: neighbours of one county and lifeline share one, an NB-IoT box is its own. */
import { COUNTIES } from '../counties.ts';
import type { FacilityPlan, GatewayPlan, Lifeline } from '../city-plan.ts';
import type { Box } from './equipment.ts';
import { pad } from './places.ts';

/** Boxes that one always-on gateway reads. */
export const BOXES_PER_GATEWAY = 6;
const LIFELINE_NAMES: Readonly<Record<Lifeline, string>> = {
  gas: '燃气',
  drainage: '排水',
  heat: '热力',
  hazchem: '危化',
};

export type Boxed = { readonly facility: FacilityPlan; readonly box: Box };

/** Gateways in the order of their first box. */
export function assignGateways(boxes: readonly Boxed[]): {
  readonly gateways: readonly GatewayPlan[];
  readonly gatewayOf: ReadonlyMap<string, string>;
} {
  const counts = new Map<string, number>();
  const gateways = new Map<string, GatewayPlan>();
  const gatewayOf = new Map<string, string>();
  for (const { facility, box } of boxes) {
    const id = box.sleepy ? `NB-${facility.id}` : sharedBy(facility, counts);
    gatewayOf.set(box.id, id);
    if (!gateways.has(id)) gateways.set(id, made(id, facility, box));
  }
  return { gateways: [...gateways.values()], gatewayOf };
}

function sharedBy({ area, lifeline }: FacilityPlan, counts: Map<string, number>): string {
  const group = `${lifeline}-${area}`;
  const before = counts.get(group) ?? 0;
  counts.set(group, before + 1);
  return `GW-${group}-${pad(Math.floor(before / BOXES_PER_GATEWAY) + 1)}`;
}

function made(id: string, facility: FacilityPlan, box: Box): GatewayPlan {
  const county = COUNTIES.find(({ code }) => code === facility.area)?.name ?? '';
  const number = Number(id.slice(-3));
  const shared = `${county}${LIFELINE_NAMES[facility.lifeline]}${number}号网关（模拟）`;
  return {
    id,
    name: box.sleepy ? `${county}${number}号窄带终端（模拟）` : shared,
    facility: facility.id,
    session: box.sleepy ? 'sleepy' : 'always-on',
  };
}
