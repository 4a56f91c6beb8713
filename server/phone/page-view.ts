/** The phone page of one person and one alarm: plain HTML that needs no script, readable on any phone. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmFacts, NotificationItem, PhoneAnswer } from '#domain/notification.ts';
import type { Timestamp } from '#domain/time.ts';
import { glyph } from './glyph.ts';

export type PageView = {
  readonly token: string;
  readonly item: NotificationItem;
  readonly alarm: Alarm;
  readonly facts: AlarmFacts;
  readonly owner: { readonly name: string; readonly dutyPhone: string } | null;
  readonly location: { readonly lat: number; readonly lon: number } | null;
};

type Words = { readonly zh: string; readonly en: string };

/** What endangers whoever goes there, first on the page. */
const SAFETY: Readonly<Record<string, Words>> = {
  gas: {
    zh: '先保自身安全：禁火禁电，站上风向，未检测不下井。',
    en: 'Safety first: no flames or switches, stay upwind, never enter untested.',
  },
  hazchem: {
    zh: '先保自身安全：站上风向，戴好防护，不靠近泄漏点。',
    en: 'Safety first: stay upwind, wear protection, keep off the leak.',
  },
  drainage: {
    zh: '先保自身安全：不涉水，不下井，远离井口。',
    en: 'Safety first: do not wade, do not enter, keep off open manholes.',
  },
  heat: {
    zh: '先保自身安全：防烫伤，远离喷水和塌陷地面。',
    en: 'Safety first: scalding water; keep off jets and sunken ground.',
  },
};
const ANY_SAFETY: Words = { zh: '先保自身安全，再行动。', en: 'Your own safety first.' };

const BUTTONS: readonly (Words & { readonly answer: PhoneAnswer; readonly done: string })[] = [
  { answer: 'received', zh: '收到', en: 'Received', done: '已回复：收到' },
  { answer: 'arrived', zh: '到场', en: 'On site', done: '已回复：到场' },
  { answer: 'false-alarm', zh: '误报', en: 'False alarm', done: '已建议误报，等待值守员核实' },
];

export function alarmPage(view: PageView): string {
  const { alarm, facts, item, token } = view;
  const safety = SAFETY[alarm.lifeline ?? ''] ?? ANY_SAFETY;
  return shell(
    `${facts.level}报警`,
    `<p class="safety"><strong>${escape(safety.zh)}</strong><span class="en">${escape(safety.en)}</span></p>
<h1>${glyph(facts.colour)}<span>${escape(facts.level)}报警</span></h1>
${statusLine(alarm)}
<dl>
${row('地点', 'Place', facts.place)}
${row('测项', 'Measured', facts.quantity)}
${facts.value === '' ? '' : row('数值', 'Value', facts.value, 'value')}
${facts.limit === '' ? '' : row('限值', 'Limit', facts.limit)}
${row('开始', 'Since', facts.since)}
</dl>
<form method="post" action="/n/${encodeURIComponent(token)}">
${BUTTONS.map((button) => answerButton(button, item.answers[button.answer])).join('\n')}
</form>
${links(view)}
<p class="who">收件人 ${escape(item.name)} · 本页仅供本人使用<span class="en">For ${escape(item.name)} only</span></p>
<img src="/n/${encodeURIComponent(token)}/seen.gif" alt="" width="1" height="1">`,
  );
}

function answerButton(button: (typeof BUTTONS)[number], at: Timestamp | undefined): string {
  const { answer, zh, en, done } = button;
  const kind = answer === 'received' ? ' class="primary"' : '';
  const said = at === undefined ? '' : `<p class="done" role="status">✓ ${escape(done)} ${clock(at)}</p>`;
  const label = `${zh} <span class="en">${en}</span>`;
  return `${said}<button${kind} name="answer" value="${answer}">${label}</button>`;
}

function statusLine(alarm: Alarm): string {
  if (alarm.state === 'normal')
    return '<p class="status">报警已结束<span class="en">The alarm is over</span></p>';
  if (alarm.state === 'acknowledged')
    return '<p class="status">值守台已接警<span class="en">Taken by the duty room</span></p>';
  if (!alarm.active)
    return '<p class="status">数值已恢复，仍待接警<span class="en">Back to normal, not yet taken</span></p>';
  return '';
}

function links({ owner, location }: PageView): string {
  const phone = owner === null ? '' : owner.dutyPhone.replaceAll(/[^+0-9]/g, '');
  const call =
    owner === null || phone === ''
      ? ''
      : `<a class="action" href="tel:${phone}">拨打 ${escape(owner.name)} 值班电话 ${escape(owner.dutyPhone)}<span class="en">Call the owner's duty phone</span></a>`;
  const place = location === null ? '' : `${location.lat},${location.lon}`;
  const map =
    location === null
      ? ''
      : `<a class="action" href="geo:${place}?q=${place}">打开地图导航<span class="en">Open the map (${place})</span></a>`;
  return `<nav>${call}${map}</nav>`;
}

const row = (zh: string, en: string, text: string, kind = ''): string =>
  `<div><dt>${zh}<span class="en">${en}</span></dt><dd${kind === '' ? '' : ` class="${kind}"`}>${escape(text)}</dd></div>`;

/** Why the page cannot be shown. */
export type Closed = 'expired' | 'tampered' | 'unknown' | 'waiting';
const CLOSED: Readonly<Record<Closed, readonly [Words, Words]>> = {
  expired: [
    { zh: '链接已过期', en: 'This link has expired' },
    {
      zh: '请拨打值守电话，或在值守台查看该报警。',
      en: 'Call the duty room, or see the alarm on the console.',
    },
  ],
  tampered: [
    { zh: '链接无效', en: 'This link is not valid' },
    {
      zh: '请从收到的消息中重新打开；不要手工修改地址。',
      en: 'Open it again from the message you received.',
    },
  ],
  unknown: [
    { zh: '找不到该报警', en: 'There is no such alarm' },
    { zh: '请拨打值守电话。', en: 'Call the duty room.' },
  ],
  waiting: [
    { zh: '已提交，正在保存', en: 'Sent, being saved' },
    {
      zh: '请稍后刷新本页确认；也可电话告知值守台。',
      en: 'Reload in a moment to be sure, or call the duty room.',
    },
  ],
};

export function closedPage(why: Closed): string {
  const [head, advice] = CLOSED[why];
  return shell(
    head.zh,
    `<h1><span>${head.zh}</span></h1><p class="en">${head.en}</p><p class="status">${advice.zh}<span class="en">${advice.en}</span></p>`,
  );
}

const shell = (title: string, body: string): string => `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escape(title)}</title>
<link rel="stylesheet" href="/n/page.css">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const clock = (at: Timestamp): string => new Date(at + 8 * 3_600_000).toISOString().slice(11, 19);
