/** Orders of the duty page: one, many at once, and taking back a shelving or a verdict within ten seconds. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmAction } from '#domain/input.ts';
import type { DutyConsole } from '../live/console.ts';
import type { Sent } from '../live/orders.ts';

export type DutyOrders = {
  order(alarm: Alarm, action: AlarmAction): Promise<Sent>;
  /** 接警 of each, as it was seen; what has changed meanwhile is left alone. Tells how many were taken. */
  takeAll(alarms: readonly Alarm[]): Promise<void>;
  /** Takes back what can still be taken back; false when there is nothing. */
  undo(): boolean;
};

export const UNDO_MS = 10_000;
/** Orders under way at a time: a group of hundreds must not crowd out a single red. */
const AT_ONCE = 6;

export function createDutyOrders(duty: DutyConsole): DutyOrders {
  return {
    async order(alarm, action) {
      const sent = await duty.order(alarm, action);
      const back = wayBack(alarm, action);
      if (sent.kind !== 'done' || sent.alarm === null || back === null) return sent;
      const undo = { alarm: sent.alarm, action: back, until: performance.now() + UNDO_MS };
      const values = action.action === 'verdict' ? { verdict: action.verdict ?? '' } : {};
      const notice = { code: `undo-${action.action}`, values, alarm: alarm.id, sticky: false, undo };
      duty.notices.add(notice, performance.now());
      return sent;
    },
    async takeAll(alarms) {
      const left = [...alarms];
      let taken = 0;
      const work = async (): Promise<void> => {
        for (let alarm = left.shift(); alarm !== undefined; alarm = left.shift()) {
          const sent = await duty.order(alarm, { action: 'acknowledge' }, true);
          if (sent.kind === 'done') taken++;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      const values = { n: String(taken), left: String(alarms.length - taken) };
      const code = taken === alarms.length ? 'taken-many' : 'taken-some';
      duty.notices.add({ code, values, alarm: null, sticky: taken < alarms.length }, performance.now());
    },
    undo() {
      const notice = duty.notices.list.value.findLast(({ undo }) => undo !== undefined);
      if (notice?.undo === undefined) return false;
      duty.notices.dismiss(notice.number);
      if (performance.now() >= notice.undo.until) return false;
      void duty.order(notice.undo.alarm, notice.undo.action);
      return true;
    },
  };
}

/** The order that makes it as it was; null for what stands. 接警 is never taken back. */
function wayBack(before: Alarm, action: AlarmAction): AlarmAction | null {
  if (action.action === 'shelve') return { action: 'unshelve' };
  if (action.action === 'verdict' && action.verdict !== null)
    return { action: 'verdict', verdict: before.verdict };
  return null;
}
