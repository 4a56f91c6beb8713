/** The questions about alarm quality: those of a person, within that person's scope, and those of the metrics. */
import { QUALITY_DAYS_MAX, type QualityFigures, type QualityReport } from '#domain/quality/quality.ts';
import type { Registry } from '#domain/registry.ts';
import type { Context } from './context.ts';
import { Problem } from './problems.ts';
import { FRESH_MS, type QualityQuestion } from './quality-desk.ts';

const DAY_MS = 86_400_000;
/** Figures older than this are no figures of the last day. */
const OLD_MS = 600_000;

/**
 * The last day when no period is named; as counted up to a minute ago. Throws `invalid-request` for a period that ends
 * before it begins or is too long, `busy` while another question is counted.
 */
export const askQuality = (context: Context, asked: QualityQuestion): Promise<QualityReport> =>
  context.quality.ask(asked, () => count(context, asked));

async function count(context: Context, asked: QualityQuestion): Promise<QualityReport> {
  const { city, clock, ledger } = context;
  const now = clock.wallMs();
  const to = asked.to ?? now;
  const from = asked.from ?? to - DAY_MS;
  if (!(from < to)) throw new Problem('invalid-request', 'from: not before to');
  if (to - from > QUALITY_DAYS_MAX * DAY_MS)
    throw new Problem('invalid-request', `from: at most ${QUALITY_DAYS_MAX} days before to`);
  const registry = city.registry();
  const { by, scope } = asked;
  const neverHeard = [...registry.gateways.keys()].filter((id) => {
    const status = city.gatewayStatus(id);
    return status === null || (!status.connected && status.lastPublishAt === null);
  });
  const counties = countiesOf(registry);
  return ledger.quality({ from, to, now, by, scope, counties, limits: city.responseLimits(), neverHeard });
}

/** The county of every area that lies below one: counties lie right below the city. */
function countiesOf({ areas }: Registry): Record<string, string> {
  const counties: Record<string, string> = {};
  for (const { id } of areas.values()) {
    let at = id;
    for (let above = up(at); above !== undefined && up(above) !== undefined; above = up(at)) at = above;
    if (at !== id) counties[id] = at;
  }
  return counties;
  function up(area: string): string | undefined {
    return areas.get(area)?.parent;
  }
}

/** The figures of the last day, for Prometheus: as they were counted last, and counted anew when somebody looks. */
export function qualityMetrics(context: Context): void {
  const { clock, metrics } = context;
  let known: QualityFigures | null = null;
  let knownAt = -Infinity;
  let askedAt = -Infinity;
  const refresh = (): void => {
    const now = clock.monotonicMs();
    if (now - askedAt < FRESH_MS) return;
    askedAt = now;
    askQuality(context, { by: 'all', scope: {} }).then(
      ({ total }) => {
        known = total;
        knownAt = now;
      },
      (error) => {
        // Somebody's question is counted: ours comes with the next look.
        if (error instanceof Problem && error.code === 'busy' && now - knownAt < OLD_MS) askedAt = -Infinity;
        // The ledger does not answer: that is an alarm of its own, and no figure is better than an old one.
        else known = null;
      },
    );
  };
  const figure = (read: (figures: QualityFigures) => number | null) => (): number => {
    refresh();
    return known === null ? Number.NaN : (read(known) ?? Number.NaN);
  };
  const day = 'over the last day';
  metrics.gauge(
    'alarm_rings_per_10min',
    `Rings in ten minutes ${day}`,
    figure(({ load }) => load.per10Min),
  );
  metrics.gauge(
    'alarm_rings_peak_10min',
    `Most rings in ten minutes ${day}`,
    figure(({ load }) => load.peakPer10Min),
  );
  metrics.gauge(
    'alarm_flood_minutes',
    `Minutes of alarm flood ${day}`,
    figure(({ load }) => load.floodMinutes),
  );
  metrics.gauge(
    'alarms_chattering',
    `Alarms that chattered ${day}`,
    figure(({ nuisance }) => nuisance.chattering),
  );
  metrics.gauge(
    'alarms_fleeting',
    `Alarms over within a minute ${day}`,
    figure(({ nuisance }) => nuisance.fleeting),
  );
  metrics.gauge(
    'alarms_stale',
    'Alarms active for more than 24 h',
    figure(({ nuisance }) => nuisance.stale),
  );
  metrics.gauge(
    'alarms_top_ten_share',
    `Share of the ten loudest ${day}`,
    figure(({ nuisance }) => nuisance.topTenShare),
  );
  metrics.gauge(
    'gateways_online_ratio',
    `Gateways online ${day}`,
    figure(({ service }) => service.gatewaysOnline),
  );
  metrics.gauge(
    'points_online_ratio',
    `Points online ${day}`,
    figure(({ service }) => service.pointsOnline),
  );
  metrics.gauge(
    'points_valid_ratio',
    `Points with valid data ${day}`,
    figure(({ service }) => service.pointsValid),
  );
  metrics.gaugeBy('alarm_response_in_time_ratio', `Alarms taken in time ${day}`, 'colour', () => {
    refresh();
    return Object.fromEntries(
      Object.entries(known?.response ?? {}).flatMap(([colour, { inTimeShare }]) =>
        inTimeShare === null ? [] : [[colour, inTimeShare]],
      ),
    );
  });
}
