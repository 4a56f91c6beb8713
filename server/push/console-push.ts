/**
 * The console's socket (design §5): alarms at once and in order, values once a second, a beat every two.
 *
 * A console gets a snapshot, or with a cursor that still holds, only what came after it. Everything between reading
 * the cursor and joining the room happens in one turn, so no event falls between. Messages go to audiences
 * (audience.ts), never to people one by one, except to a member whose `previous` differs.
 *
 * A console is never told to go (its client would then stay away): its connection is closed, it comes back by itself
 * and is admitted again or not.
 */
import type { Server as HttpServer } from 'node:http';
import { Server as SocketServer, type Socket } from 'socket.io';
import type { AlarmEvent } from '#domain/alarm.ts';
import type { ClientToServer, ServerToClient, SnapshotMessage } from '#domain/contract/socket.ts';
import { viewerOfSession, type Viewer } from '../authentication.ts';
import type { Context } from '../context.ts';
import { audienceKey, audienceSeesAlarm, createAudience, drawPicture, type Audience } from './audience.ts';
import { alarmViewer } from '../alarm-view.ts';
import { alarmMessage, eventsToCatchUp } from './catch-up.ts';
import { writeCursor } from './cursor.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { admit, type Admitted } from './handshake.ts';
import { createPace, every } from './pace.ts';
import { createIncidentFeed, type IncidentFeed } from './incident-feed.ts';
import { createPointFeed, latestBatch, type PointFeed } from './point-feed.ts';
import { tellOfGateways, tellOfMessage } from './messages.ts';
import { createSlowClientWatch, cut, isTooSlow } from './slow-clients.ts';

const BEAT_MS = 2_000;
const VALUES_MS = 1_000;
const SWEEP_MS = 1_000;
/** A burst of registry changes (an import, somebody at work) gives one new snapshot. */
const REGISTRY_QUIET_MS = 1_000;
/** A whole picture of 100,000 points costs tens of milliseconds: one console gets no more than one in this time. */
const RESYNC_MS = 1_000;

type Events = Record<string, never>;
export type ConsoleServer = SocketServer<ClientToServer, ServerToClient, Events, Admitted>;
export type ConsoleSocket = Socket<ClientToServer, ServerToClient, Events, Admitted>;

export class ConsolePush {
  readonly #context: Context;
  readonly #io: ConsoleServer;
  readonly #audiences = new Map<string, Audience>();
  readonly #audienceOf = new Map<string, Audience>();
  readonly #slowClients;
  readonly #delivery: Delivery;
  readonly #feed: PointFeed;
  readonly #incidents: IncidentFeed;
  readonly #stops: (() => void)[] = [];
  #redrawWaits = false;

  constructor(server: HttpServer, context: Context) {
    this.#context = context;
    this.#slowClients = createSlowClientWatch(context.onSlowClient ?? (() => {}));
    this.#io = new SocketServer(server, {
      transports: ['websocket', 'polling'],
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: 100_000,
      serveClient: false,
      pingInterval: 10_000,
      pingTimeout: 8_000,
    });
    this.#delivery = createDelivery(this.#io);
    this.#feed = createPointFeed(this.#io, this.#delivery, context.city, context.clock, this.#audiences);
    this.#incidents = createIncidentFeed(this.#delivery, context.city, this.#audiences);
    this.#io.use((socket, next) => admit(context, this.#io, socket, next));
    this.#io.on('connection', (socket) => this.#welcome(socket));
    this.#listen();
  }

  /** Open consoles. */
  sockets(): number {
    return this.#io.sockets.sockets.size;
  }

  /** Closes every console, and the HTTP server beneath. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#io.close();
  }

  #listen(): void {
    const { city, clock, users } = this.#context;
    city.onAlarm((event) => this.#announce(event));
    city.onRegistry(() => this.#registryChanged());
    tellOfGateways(this.#delivery, city, this.#audiences);
    this.#context.alerts?.onNotification((event) =>
      tellOfMessage(this.#delivery, city, this.#audiences, event),
    );
    users.onChange((username) => this.#closeUser(username));
    this.#stops.push(
      every(clock, VALUES_MS, () => (this.#feed.flush(), this.#incidents.flush())),
      every(clock, BEAT_MS, () => this.#beat()),
      every(clock, SWEEP_MS, () => this.#sweep()),
    );
  }

  #welcome(socket: ConsoleSocket): void {
    const viewer = viewerOfSession(this.#context, socket.data.session);
    if (viewer === null) {
      socket.conn.close();
      return;
    }
    void socket.join(`user:${viewer.user.username}`);
    const audience = this.#enter(socket, viewer);
    if (!this.#catchUp(socket, audience)) this.#sendSnapshot(socket, audience);
    const resync = createPace(this.#context.clock, RESYNC_MS, () => {
      const current = this.#audienceOf.get(socket.id);
      if (current !== undefined) this.#sendSnapshot(socket, current);
    });
    socket.on('resync', resync.ask);
    socket.on('disconnect', () => {
      resync.stop();
      this.#leave(socket);
    });
  }

  #enter(socket: ConsoleSocket, viewer: Viewer): Audience {
    const { city } = this.#context;
    const key = audienceKey(viewer);
    const audience =
      this.#audiences.get(key) ?? createAudience(key, viewer, city.registry(), city.lastSequence());
    this.#audiences.set(key, audience);
    this.#redraw(audience);
    audience.members += 1;
    this.#audienceOf.set(socket.id, audience);
    this.#delivery.drain();
    void socket.join(audience.room);
    this.#incidents.welcome(socket, audience);
    return audience;
  }

  #leave(socket: ConsoleSocket): void {
    const audience = this.#audienceOf.get(socket.id);
    if (audience === undefined) return;
    this.#delivery.drain();
    this.#audienceOf.delete(socket.id);
    this.#feed.forget(socket.id);
    audience.apart.delete(socket.id);
    audience.members -= 1;
    void socket.leave(audience.room);
    if (audience.members === 0) this.#audiences.delete(audience.key);
  }

  /** Sends what came after the console's own cursor; false when only a snapshot will do. */
  #catchUp(socket: ConsoleSocket, audience: Audience): boolean {
    const { city } = this.#context;
    const missed = eventsToCatchUp(city, audience, socket.handshake.auth['since']);
    if (missed === null) return false;
    let previous = missed.entitled;
    const view = alarmViewer(audience.holder, city);
    for (const event of missed.events) {
      const { sequence } = event;
      const cursor = this.#cursor(audience, sequence, sequence);
      socket.emit('alarm', alarmMessage(event, sequence, previous, cursor, view));
      previous = sequence;
    }
    // The only member brings the count along; beside others, one that differs is told its own.
    if (audience.members === 1) audience.last = previous;
    else if (previous !== audience.last) audience.apart.set(socket.id, previous);
    return true;
  }

  #sendSnapshot(socket: ConsoleSocket, audience: Audience): void {
    const { city, clock } = this.#context;
    this.#delivery.drain();
    audience.apart.delete(socket.id);
    socket.emit('snapshot', this.#snapshot(audience));
    const batch = latestBatch(city, audience, clock.wallMs());
    if (batch === null) return;
    this.#feed.forget(socket.id);
    socket.emit('points', batch);
  }

  #snapshot(audience: Audience): SnapshotMessage {
    const { city, clock } = this.#context;
    return {
      cursor: this.#cursor(audience, city.lastSequence(), audience.last),
      serverTime: clock.wallMs(),
      pointIndex: audience.picture.pointIndex,
      alarms: city
        .openAlarms()
        .filter((alarm) => audienceSeesAlarm(audience, city.registry(), alarm))
        .map(alarmViewer(audience.holder, city)),
    };
  }

  #cursor(audience: Audience, sequence: number, entitled: number): string {
    const { site } = this.#context.city;
    return writeCursor({ site, sequence, entitled, view: audience.picture.view });
  }

  #announce(event: AlarmEvent): void {
    const { city } = this.#context;
    for (const audience of this.#audiences.values()) {
      if (!audienceSeesAlarm(audience, city.registry(), event.alarm)) continue;
      // One that is not journaled has no place in the chain yet, so it must not move it.
      if (event.alarm.unjournaled === true) this.#announceUnjournaled(audience, event);
      else this.#announceTo(audience, event);
    }
  }

  #announceTo(audience: Audience, event: AlarmEvent): void {
    const { sequence } = event;
    const cursor = this.#cursor(audience, sequence, sequence);
    const view = alarmViewer(audience.holder, this.#context.city);
    const usual = alarmMessage(event, sequence, audience.last, cursor, view);
    this.#delivery.to(audience.room, (to) => to.emit('alarm', usual), new Set(audience.apart.keys()));
    for (const [id, previous] of audience.apart) {
      const own = alarmMessage(event, sequence, previous, cursor, view);
      this.#delivery.to(id, (to) => to.emit('alarm', own));
    }
    audience.apart.clear();
    audience.last = sequence;
  }

  #announceUnjournaled(audience: Audience, event: AlarmEvent): void {
    const { last } = audience;
    const cursor = this.#cursor(audience, this.#context.city.lastSequence(), last);
    const message = alarmMessage(event, last, last, cursor, alarmViewer(audience.holder, this.#context.city));
    this.#delivery.to(audience.room, (to) => to.emit('alarm', message));
  }

  #beat(): void {
    const { city, clock } = this.#context;
    const health = city.health();
    for (const audience of this.#audiences.values()) {
      const cursor = this.#cursor(audience, city.lastSequence(), audience.last);
      const beat = { cursor, serverTime: clock.wallMs(), health };
      this.#delivery.to(audience.room, (to) => to.emit('beat', beat));
    }
    for (const socket of this.#io.sockets.sockets.values()) {
      // An open console counts as use of its session; one whose session has ended must log in again.
      if (viewerOfSession(this.#context, socket.data.session) === null) socket.conn.close();
    }
  }

  #sweep(): void {
    const now = this.#context.clock.monotonicMs();
    for (const socket of this.#io.sockets.sockets.values()) {
      if (!isTooSlow(socket.conn)) continue;
      this.#context.metrics.rejected('slow-client');
      this.#slowClients.cut(socket.data.username, now);
      cut(socket.conn);
    }
    this.#slowClients.sweep(now);
  }

  #closeUser(username: string): void {
    for (const socket of this.#io.sockets.sockets.values()) {
      if (socket.data.username === username) socket.conn.close();
    }
  }

  #registryChanged(): void {
    if (this.#redrawWaits) return;
    this.#redrawWaits = true;
    const cancel = this.#context.clock.after(REGISTRY_QUIET_MS, () => {
      this.#redrawWaits = false;
      for (const socket of this.#io.sockets.sockets.values()) this.#moveIfRightsChanged(socket);
      for (const audience of this.#audiences.values()) this.#redraw(audience);
    });
    this.#stops.push(cancel);
  }

  /** A new township under an area given to somebody changes what they may see. */
  #moveIfRightsChanged(socket: ConsoleSocket): void {
    const viewer = viewerOfSession(this.#context, socket.data.session);
    const before = this.#audienceOf.get(socket.id);
    if (viewer === null || before === undefined || before.key === audienceKey(viewer)) return;
    this.#leave(socket);
    this.#sendSnapshot(socket, this.#enter(socket, viewer));
  }

  /** Brings the picture up to the registry; when it differs, all members get it. */
  #redraw(audience: Audience): void {
    const registry = this.#context.city.registry();
    if (audience.picture.registryRevision === registry.revision) return;
    const before = audience.picture.view;
    audience.picture = drawPicture(audience.key, audience.holder, registry);
    if (before === audience.picture.view || audience.members === 0) return;
    audience.apart.clear();
    const snapshot = this.#snapshot(audience);
    this.#delivery.to(audience.room, (to) => to.emit('snapshot', snapshot));
  }
}
