/** The flows as one edge of the platform: process, feed, gate for what they raise, tickets for their editor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Person } from '#domain/user.ts';
import { createFeed } from './feed.ts';
import { childStarter } from './host-pipe.ts';
import type { FromFlows } from './messages.ts';
import { parseSave } from './parse-message.ts';
import type { Flows, FlowsParts } from './ports.ts';
import { createRaiseGate } from './raise-gate.ts';
import { createSupervisor, type StartChild, type Supervisor } from './supervisor.ts';
import { createTickets } from './tickets.ts';

/** How often dropped messages and floods are looked at, and looks without any after which it is over. */
const LOOK_EVERY_MS = 10_000;
const QUIET_LOOKS = 6;

/** Who deployed what came with the product. */
const SHIPPED_BY = { username: 'city-lifeline', address: '' };

/** `startChild` stands in for the real process in tests. */
export function createFlows(
  parts: FlowsParts,
  startChild: StartChild = childStarter(parts.clock, parts.log),
): Flows {
  const { clock } = parts;
  const tickets = createTickets(parts.randomText);
  const gate = createRaiseGate({
    clock,
    standing: parts.standing,
    submit: parts.submit,
    flood: (flow, active, detail) => parts.condition('flow-flood', flow, active, detail),
  });
  let wasDown = false;
  const supervisor: Supervisor = createSupervisor({
    clock,
    startChild,
    credentialSecret: parts.credentialSecret,
    flows: newest,
    message: take,
    save,
    changed: review,
  });
  const feed = createFeed({
    clock,
    facts: parts.facts,
    send: supervisor.send,
    drained: supervisor.drained,
  });
  let cancelLook = (): void => {};
  let seenDropped = 0;
  let quietLooks = QUIET_LOOKS;

  async function newest(): Promise<string> {
    const kept = await parts.newestFlows();
    if (kept !== null) return kept;
    const flows = shippedFlows();
    await parts.saveFlows({ at: clock.wallMs(), by: SHIPPED_BY, flows, restoredFrom: null });
    return flows;
  }

  function take(message: FromFlows): void {
    switch (message.kind) {
      case 'want':
        return feed.want(message.points, message.alarms);
      case 'who':
        return supervisor.send({ kind: 'user', id: message.id, user: tickets.user(message.token) });
      case 'raise':
      case 'notice': {
        const asked =
          message.kind === 'raise' ? gate.raise(message.subject, message.asked) : gate.notice(message.asked);
        asked
          .catch((cause: unknown) => ({ ok: false, code: 'internal', detail: String(cause) }) as const)
          .then((answer) => supervisor.send({ kind: 'answer', id: message.id, answer }));
        return;
      }
      case 'pong':
      case 'ready':
      case 'failed':
        return;
    }
  }

  function save(body: string): void {
    const asked = parseSave(body);
    if (asked === null) return;
    const { id, ticket, flows } = asked;
    const by = tickets.deployer(ticket);
    const kept =
      by === null
        ? Promise.reject(new Error('no deploy of a person is under way'))
        : parts.saveFlows({ at: clock.wallMs(), by: personOnly(by), flows, restoredFrom: null });
    kept.then(
      () => {
        supervisor.flowsChanged();
        supervisor.send({ kind: 'saved', id, refusal: null });
      },
      (cause: unknown) => {
        const refusal = cause instanceof Error ? cause.message : String(cause);
        parts.log(`a deploy was not kept: ${refusal}`);
        supervisor.send({ kind: 'saved', id, refusal });
      },
    );
  }

  /** Down is told at once, well only when it runs with its flows. */
  function review(): void {
    const state = supervisor.state();
    if (state === 'down' || state === 'starting') feed.restarted();
    if (state === 'down' || state === 'safe-mode') {
      wasDown = true;
      parts.condition('flows-down', '', true, { state, reason: (supervisor.trouble() ?? '').slice(0, 300) });
    } else if (state === 'up' && wasDown) {
      wasDown = false;
      parts.condition('flows-down', '', false, {});
    }
  }

  function look(): void {
    cancelLook = clock.after(LOOK_EVERY_MS, look);
    gate.look();
    const { measurementsDropped, alarmsDropped } = feed.figures();
    const dropped = measurementsDropped + alarmsDropped;
    const before = quietLooks;
    quietLooks = dropped > seenDropped ? 0 : Math.min(QUIET_LOOKS, quietLooks + 1);
    seenDropped = dropped;
    if (before === QUIET_LOOKS && quietLooks === 0)
      parts.condition('flows-slow', '', true, { measurementsDropped, alarmsDropped });
    if (before < QUIET_LOOKS && quietLooks === QUIET_LOOKS) parts.condition('flows-slow', '', false, {});
  }

  return {
    start() {
      // What an earlier run of the platform left open ends once this one is well.
      wasDown = true;
      parts.condition('flows-slow', '', false, {});
      supervisor.start();
      cancelLook = clock.after(LOOK_EVERY_MS, look);
    },
    measured: feed.measured,
    alarm: feed.alarm,
    registryChanged: feed.registryChanged,
    port: supervisor.port,
    ticket: tickets.issue,
    dropTicket: tickets.drop,
    load(flows) {
      supervisor.send({ kind: 'load', flows });
      supervisor.flowsChanged();
    },
    status: () => ({
      ...feed.figures(),
      state: supervisor.state(),
      trouble: supervisor.trouble(),
      starts: supervisor.starts(),
      refused: gate.refused(),
      pid: supervisor.pid(),
    }),
    stop() {
      cancelLook();
      feed.stop();
      supervisor.stop();
    },
  };
}

const personOnly = ({ username, address }: Person) => ({ username, address });

/** The example that the first start deploys (docs/node-red.md). */
export const shippedFlows = (): string =>
  JSON.stringify({
    flows: JSON.parse(readFileSync(join(import.meta.dirname, 'example-flow.json'), 'utf8')),
    credentials: {},
  });
