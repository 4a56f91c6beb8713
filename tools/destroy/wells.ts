/** What is registered of a city that is to be destroyed: one gateway with devices that report, and some that ring once. */
import type { Api } from '#test/e2e/api.ts';

/** Load devices of GW-1. */
export const LOAD_DEVICES = ['L-1', 'L-2', 'L-3', 'L-4'];

/** Registers wells far from each other, so that each alarm stands alone; returns the gateways' secrets by id. */
export async function registerWells(
  api: Api,
  plan: { readonly alarms: number; readonly moreGateways?: readonly string[] },
): Promise<Map<string, string>> {
  // One more, which `judge` rings.
  const alarms = Array.from({ length: plan.alarms + 1 }, (_, number) => `A-${number + 1}`);
  const devices = [...LOAD_DEVICES, ...alarms];
  const answer = await api.post<{ secrets: { id: string; secret: string }[] }>('/api/v1/import', {
    organisations: [{ id: 'gas', name: '燃气公司', kind: 'owner', dutyPhone: '0530-1234567' }],
    facilities: devices.map((id, number) => ({
      id: `F-${id}`,
      name: id,
      kind: 'gas-valve-well',
      lifeline: 'gas',
      area: '371702',
      location: { lat: 30 + (number % 100) / 20, lon: 110 + Math.floor(number / 100) / 20 },
      organisation: 'gas',
    })),
    gateways: ['GW-1', ...(plan.moreGateways ?? [])].map((id) => ({ id, name: id, session: 'always-on' })),
    devices: devices.map((id) => ({ id, gateway: 'GW-1', facility: `F-${id}` })),
    points: devices.map((device) => ({
      ...{ device, channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 },
    })),
  });
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return new Map(answer.body.secrets.map(({ id, secret }) => [id, secret]));
}
