/**
 * What an unknown device seems to be, from the records that were kept of it: channels, how often, which quantity by the
 * name of the channel. A proposal to be corrected by the engineer who knows the device; nothing here registers anything.
 */
import { QUANTITIES, quantityOf } from '#domain/catalogue.ts';

export type ChannelProposal = {
  readonly channel: string;
  readonly samples: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Null when the name says nothing. */
  readonly quantity: string | null;
  readonly unit: string | null;
};
export type Proposal = {
  readonly records: number;
  /** Median step between the times of its records; null below two. */
  readonly reportIntervalMs: number | null;
  readonly channels: readonly ChannelProposal[];
};

/** Words of the field for what the catalogue calls otherwise. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(methane|jiawan|gas_?(conc|density)?)$/, 'ch4'],
  [/^(lel|combustible_?gas|ex)$/, 'combustible'],
  [/^(temp|t|wendu|tem)$/, 'temperature'],
  [/^(depth|ponding|jishui|water_?level)$/, 'water-depth'],
  [/^(level|yewei|liquid_?level)$/, 'sewer-level'],
  [/^(press|p|yali)$/, 'pressure'],
  [/^(flow_?rate|liuliang)$/, 'flow'],
  [/^(bat|batt|soc|power|dianliang)$/, 'battery'],
  [/^(rssi|csq|rsrp|signal_?strength)$/, 'signal'],
  [/^(tilt|angle|qingjiao)$/, 'cover-tilt'],
  [/^(rain|rainfall|yuliang)$/, 'rain-increment'],
  [/^(hum|humi|shidu)$/, 'humidity'],
];
/** Beyond it a gas is hardly in volume percent of what a sensor for it can see. */
const GAS_PERCENT_MAX = 10;

type Kept = { readonly json: string; readonly receivedAt: number };

export function proposeOnboarding(kept: readonly Kept[]): Proposal {
  const channels = new Map<string, number[]>();
  const times: number[] = [];
  let records = 0;
  for (const { json, receivedAt } of kept) {
    const record = parsed(json);
    if (record === null) continue;
    records += 1;
    times.push(typeof record.time === 'number' ? record.time : receivedAt);
    for (const [channel, value] of Object.entries(record.values)) {
      const values = channels.get(channel) ?? [];
      channels.set(channel, values);
      if (typeof value === 'number') values.push(value);
      else if (typeof value === 'boolean') values.push(value ? 1 : 0);
    }
  }
  return {
    records,
    reportIntervalMs: medianStep(times),
    channels: [...channels].map(([channel, values]) => proposeChannel(channel, values)),
  };
}

function proposeChannel(channel: string, values: readonly number[]): ChannelProposal {
  const quantity = quantityNamed(channel);
  const max = values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
  const min = values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
  return { channel, samples: values.length, min, max, quantity, unit: unitOf(quantity, max) };
}

/** The catalogue's own id or name, also with a number behind it (ch4_2), else a word of the field. */
function quantityNamed(channel: string): string | null {
  const name = channel.toLowerCase().replace(/[-_.]?\d+$/, '');
  for (const word of [channel.toLowerCase(), name, name.replaceAll('_', '-')]) {
    const known = QUANTITIES.find(({ id, zh }) => id === word || zh === word);
    if (known !== undefined) return known.id;
  }
  return WORDS.find(([word]) => word.test(name))?.[1] ?? null;
}

function unitOf(quantity: string | null, max: number | null): string | null {
  const known = quantity === null ? undefined : quantityOf(quantity);
  if (known === undefined) return null;
  const isPercentGas = known.dimensions.includes('gas') && known.unit === '%' && known.id !== 'o2';
  if (isPercentGas && max !== null && max > GAS_PERCENT_MAX) return max > 100 ? '[ppm]' : '%{LEL}';
  return known.unit;
}

function medianStep(times: readonly number[]): number | null {
  const sorted = [...times].sort((a, b) => a - b);
  const steps = sorted.slice(1).map((time, place) => time - (sorted[place] ?? 0));
  const apart = steps.filter((step) => step > 0).sort((a, b) => a - b);
  return apart[Math.floor(apart.length / 2)] ?? null;
}

function parsed(json: string): { time: unknown; values: Readonly<Record<string, unknown>> } | null {
  try {
    const { time, values } = JSON.parse(json);
    return typeof values === 'object' && values !== null ? { time, values } : null;
  } catch {
    return null;
  }
}
