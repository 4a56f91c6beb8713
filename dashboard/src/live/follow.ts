/**
 * The second monitor: a window with `?follow=1` chooses what another window of this workstation chooses. Windows without it
 * tell; nothing leaves the browser.
 */
import { watch } from 'vue';
import type { Router } from '../routing.ts';
import { alarmAddress } from '../store/address.ts';
import { viewToQuery } from '../store/view-state.ts';
import type { DutyConsole } from './console.ts';

type Choice = { readonly alarm: string | null; readonly facility: string | null };
const CHANNEL = 'lifeline-choice';

/** Returns a function that ends it. */
export function startFollow(router: Router, duty: DutyConsole): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => undefined;
  const channel = new BroadcastChannel(CHANNEL);
  const { picture } = duty;
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const { seen } = picture.value;
    if (!seen.follow || !isChoice(data)) return;
    router.replace(alarmAddress('map', data.alarm, viewToQuery({ ...seen, facility: data.facility })));
  });
  const stop = watch(
    [() => picture.value.selected, () => picture.value.seen.facility],
    ([alarm, facility]) => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
      if (!picture.value.seen.follow) channel.postMessage({ alarm, facility } satisfies Choice);
    },
  );
  return () => {
    stop();
    channel.close();
  };
}

const textOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isChoice = (value: unknown): value is Choice =>
  typeof value === 'object' &&
  value !== null &&
  'alarm' in value &&
  'facility' in value &&
  textOrNull(value.alarm) &&
  textOrNull(value.facility);
