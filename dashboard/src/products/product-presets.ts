/** Shapes that gateways of the field often have, each with a message to try it on. */
import { emptyDraft, type ProductDraft } from './product-draft.ts';

export const PRESETS = ['list', 'object', 'many'] as const;
export type Preset = (typeof PRESETS)[number];

const SENT_AT_S = 1_763_800_000;

export function presetOf(preset: Preset): { draft: ProductDraft; sample: string } {
  const draft = emptyDraft();
  if (preset === 'list') {
    return {
      draft: {
        ...{ ...draft, device: '/sn', time: '/ts', timeUnit: 's', ignore: 'rssi' },
        list: { list: '/data', name: '/k', value: '/v' },
        channels: [{ channel: 'ch4', word: 'CH4', pointer: '', factor: '' }],
      },
      sample: written({
        sn: 'G-0412',
        ts: SENT_AT_S,
        data: [
          { k: 'CH4', v: '0.4' },
          { k: 'rssi', v: -80 },
        ],
      }),
    };
  }
  if (preset === 'object') {
    return {
      draft: { ...draft, device: '/deviceId', time: '/timestamp', object: '/properties' },
      sample: written({ deviceId: 'G-0412', timestamp: SENT_AT_S * 1_000, properties: { ch4: 0.4 } }),
    };
  }
  return {
    draft: {
      ...{ ...draft, device: '/list/*/id', time: '/time', timeUnit: 'iso', zone: '+08:00' },
      channels: [{ channel: 'depth', word: '', pointer: '/list/*/h', factor: '0.01' }],
    },
    sample: written({
      time: '2026-11-22 16:50:00',
      list: [
        { id: 'D-1', h: 132 },
        { id: 'D-2', h: 87 },
      ],
    }),
  };
}

const written = (message: unknown): string => JSON.stringify(message, null, 2);
