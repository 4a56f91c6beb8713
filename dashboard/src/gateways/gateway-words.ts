/** A gateway's figures as people read them. */
import type { GatewayRow } from '../api/gateways.ts';
import { useDuty } from '../context.ts';
import { momentText, spanText } from '../text/clock.ts';
import { useText } from '../text/language.ts';
import { troubleOf } from './gateway-trouble.ts';

export function useGatewayWords() {
  const duty = useDuty();
  const { t, locale } = useText();
  return {
    /** Its worst trouble, else whether it is there. */
    state(row: GatewayRow): string {
      const trouble = troubleOf(row);
      if (trouble !== null) return t(`gateway.trouble.${trouble}`);
      return t(row.status?.connected === true ? 'gateway.connected' : 'gateway.asleep');
    },
    place(row: { readonly facility?: string }): string {
      const { facility } = row;
      // Read, so that what draws it draws again when the directory is filled.
      void duty.picture.value;
      return facility === undefined ? '' : (duty.directory.facilities.get(facility)?.name ?? facility);
    },
    moment: (at: number | null): string =>
      at === null ? '—' : momentText(at, duty.second.value.now, locale.value),
    /** `快 3 秒`; a clock that is right within a second is right. */
    offset(ms: number | null): string {
      if (ms === null) return '—';
      if (Math.abs(ms) < 1_000) return t('gateway.clockRight');
      return t(ms > 0 ? 'gateway.clockFast' : 'gateway.clockSlow', {
        span: spanText(Math.abs(ms), locale.value),
      });
    },
  };
}
