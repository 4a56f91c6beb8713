/** Builds the city's edges from the settings, hands them to the pipeline, and takes them down in order. */
import { createHmac, randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { startBroker } from '#broker/broker.ts';
import type { Broker } from '#broker/ports.ts';
import type { Config } from '#config';
import type { Clock } from '#domain/clock.ts';
import type { Rejection, RejectionReason } from '#domain/rejection.ts';
import { shippedCatalogue } from '#rules/engine.ts';
import { createMetrics } from '#server/metrics.ts';
import { buildServer, type Server } from '#server/server.ts';
import { ensureFirstAdmin } from '#server/users.ts';
import { readSetAside, setAside } from '#store/set-aside.ts';
import { openPipeline } from '../pipeline.ts';
import { startAlerts } from './alerts.ts';
import { createBrokerHost } from './broker-host.ts';
import { brokerTls } from './broker-tls.ts';
import { createAnnouncements, createCityPort, listenersOf } from './city-port.ts';
import { countCommit } from './commit-metrics.ts';
import { createClosers, dieWithWorker, endByInput, stopPipeline } from './endings.ts';
import { createEventRing } from './event-ring.ts';
import { endLeftOvers, openFlows } from './flows.ts';
import { healthOf } from './health.ts';
import { hostClock } from './host-clock.ts';
import { createDiagnostics } from './diagnostics.ts';
import { mapSettings } from './map-settings.ts';
import { createPacketNotes } from './packet-notes.ts';
import { createInfluxEdge } from './influx.ts';
import { createPushIntake } from './push-intake.ts';
import { createRefusalNotes } from './refusal-notes.ts';
import { startPulse, type Pulse } from './pulse.ts';
import { openRules } from './rules-port.ts';
import { watchSelf } from './self-watch.ts';
import { openStores, type Stores } from './stores.ts';
import { renewTls } from './tls-renewal.ts';

export type Platform = {
  readonly httpPort: number;
  readonly mqttPort: number;
  /** The generated password of `admin`; null when the user exists or the password was given. */
  readonly adminPassword: string | null;
  readonly server: Server;
  readonly broker: Broker;
  close(): Promise<void>;
};

const newRunId = (): string => randomBytes(6).toString('hex');
const LOOK_EVERY_MS = 10_000;
const CONSOLE_DIRECTORY = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dashboard', 'dist');

/**
 * Starts everything; rejects, with nothing left open, when the data directory or a port cannot be had.
 * `given.clock` stands in for the machine's own; `given.stores`, opened with the same settings, are closed with the rest.
 */
export async function startPlatform(
  config: Config,
  given: { readonly clock?: Clock; readonly stores?: Promise<Stores> } = {},
): Promise<Platform> {
  const clock = given.clock ?? hostClock();
  const stores = await (given.stores ?? openStores(config));
  const { directory, ledger, outputs, journal } = stores;
  const closers = createClosers();
  closers.push(stores.close);
  try {
    const map = mapSettings(config.mapFile);
    const secretHmac = (secret: string): string =>
      createHmac('sha256', directory.serverKey).update(secret).digest('hex');
    let durable = outputs.recordEnd;
    outputs.onDurable((through) => {
      durable = Math.max(durable, through);
    });
    const influx = createInfluxEdge({ config, directory: directory.path, outputs, clock });

    const announcements = createAnnouncements();
    const logger = pino({ level: 'warn' });
    const metrics = createMetrics({ processFigures: true });
    const packets = createPacketNotes(clock.wallMs(), (id) => registered(id));
    let registered = (_id: string): boolean => false;
    let acknowledge = (): void => {};
    let countRefused = (rejection: Rejection): void => metrics.rejected(rejection.reason);
    let pulse: Pulse | null = null;
    const pipeline = await openPipeline({
      site: directory.siteId,
      clock,
      journal,
      outputs,
      ledger,
      catalogue: shippedCatalogue(),
      bounds: config.bounds,
      skip: readSetAside(directory.path),
      onCrash(position, cause) {
        console.error(`input ${position} broke an invariant of the fold`, cause);
        endByInput(directory.path, position);
      },
      onUnreadable(from, to, cause) {
        console.error(`journal entries ${from} to ${to} cannot be read and are set aside`, cause);
        setAside(directory.path, from, to);
      },
      listen: {
        ...listenersOf(announcements),
        synced: () => acknowledge(),
        rejected: (rejection) => countRefused(rejection),
        received: packets.received,
        committed: (commit) => (pulse?.beat(commit), countCommit(metrics, commit)),
      },
    });
    registered = (id) => pipeline.city.registry.gateways.has(id);
    const stranger = (name: string): void => packets.stranger(name, clock.wallMs());
    const ring = createEventRing(config.bounds.eventsHeldMax, pipeline);
    announcements.alarm.add(ring.add);
    announcements.registry.add(influx.registryChanged);
    closers.push(() => stopPipeline(clock, pipeline));
    influx.begin(pipeline, metrics);
    closers.push(() => influx.stop());
    const watch = watchSelf({
      pipeline,
      outputs,
      clock,
      bounds: { ...config.bounds, lookEveryMs: LOOK_EVERY_MS },
      setAside: readSetAside(directory.path),
    });
    closers.push(() => watch.stop());
    pulse = startPulse({ clock, tick: () => pipeline.submit({ kind: 'tick' }), recovered: watch.stalled });
    const { figures: pulseFigures, stop } = pulse;
    closers.push(stop);
    let broker: Broker | null = null;
    const notes = createRefusalNotes({
      clock,
      toGateway(gateway, note) {
        const payload = new TextEncoder().encode(JSON.stringify(note));
        broker
          ?.publish(`lifeline/v1/${gateway}/rejection`, payload, { qos: 0 })
          .catch((cause: unknown) => logger.warn({ gateway, cause }, 'a refusal could not be told'));
      },
      log: (line) => logger.warn(line, 'refused before the journal'),
    });
    countRefused = (rejection) => {
      metrics.rejected(rejection.reason);
      watch.rejected(rejection);
      notes.rejected(rejection);
    };
    const refusedEarly = (reason: RejectionReason, subject: string, detail: string): void => {
      metrics.rejected(reason);
      notes.refused(reason, subject, detail);
      packets.refused(reason, subject, detail, clock.wallMs());
    };
    journal.onTrouble(dieWithWorker);
    outputs.onTrouble((trouble) => {
      dieWithWorker(trouble);
      watch.trouble('store', trouble?.detail ?? null);
    });
    ledger.onTrouble((trouble) => {
      dieWithWorker(trouble);
      watch.trouble('ledger', trouble?.detail ?? null);
    });
    journal.onReport(watch.report);
    outputs.onReport(watch.report);

    const flows = config.flows
      ? openFlows({
          ...{ pipeline, announcements, ledger, clock, metrics, serverKey: directory.serverKey },
          dataDirectory: directory.path,
          log: (line) => logger.warn(line),
        })
      : null;
    if (flows === null) endLeftOvers(pipeline);
    else closers.push(flows.stop);

    const { channelsFile } = config;
    const alerts = startAlerts({ channelsFile, pipeline, announcements, clock, mac: secretHmac });
    closers.push(() => alerts.stop());
    const ruleDesk = openRules({
      ...{ pipeline, clock, directory: directory.path, newId: newRunId },
      durable: () => durable,
    });
    closers.push(ruleDesk.stop);
    const first = await ensureFirstAdmin(ledger, config.adminPassword ?? undefined);
    const city = createCityPort({
      pipeline,
      ring,
      announcements,
      wallMs: () => clock.wallMs(),
      health: () =>
        healthOf(city.openAlarms(), {
          journalFailing: pipeline.status().journalFailing,
          holding: pipeline.status().holding,
          ...watch.troubles(),
          ...{ ...pulseFigures(), channels: alerts.port.channels().length },
        }),
    });
    const server = await buildServer(
      {
        bind: config.bind,
        port: config.httpPort,
        consoleDirectory: CONSOLE_DIRECTORY,
        tls: config.tls,
        map,
        metrics,
        logger,
      },
      {
        city,
        flows: flows?.port ?? null,
        history: influx.history,
        influx: influx.port,
        intake: createPushIntake({ pipeline, refused: refusedEarly, stranger }),
        pushBytesPerS: config.bounds.publishBytesPerSMax,
        diagnostics: createDiagnostics({ pipeline, clock, notes: packets }),
        ledger,
        rules: ruleDesk.port,
        clock,
        secretHmac,
        randomBytes,
        alerts: alerts.port,
        onWatchdog: watch.watched,
        onSlowClient: (username, active) =>
          pipeline.submit({
            kind: 'condition',
            name: 'slow-client',
            subject: `console:${username}`,
            active,
            detail: {},
          }),
        brokerMetrics: () => ({
          limited: broker?.limited() ?? 0,
          connections: broker?.connections() ?? 0,
          held_bytes: broker?.heldBytes() ?? 0,
        }),
      },
    );
    closers.push(() => server.close());
    broker = await startBroker(
      {
        ...config.bounds,
        host: config.bind,
        port: config.mqttPort,
        ...brokerTls(config),
        rates: {
          publishesPerS: config.bounds.publishesPerSMax,
          bytesPerS: config.bounds.publishBytesPerSMax,
          connectionsPerS: config.bounds.connectionsPerSMax,
        },
        ...(config.mqttWsPort === null ? {} : { websocketPort: config.mqttWsPort }),
      },
      createBrokerHost({
        pipeline,
        clock,
        secretHmac,
        rejected: refusedEarly,
        stranger,
        presence: (input) => packets.presence(input, clock.wallMs()),
      }),
    );
    const opened = broker;
    acknowledge = opened.acknowledge;
    closers.push(() => opened.close());
    const renewal = renewTls({
      tls: config.tls,
      clock,
      openAlarms: city.openAlarms(),
      condition: (active, detail) =>
        pipeline.submit({ kind: 'condition', name: 'tls-certificate', subject: '', active, detail }),
      apply(files) {
        opened.renewTls(files);
        server.renewTls(files);
      },
    });
    closers.push(() => renewal.stop());
    const { port: httpPort } = await server.listen();
    flows?.start();
    return {
      httpPort,
      mqttPort: opened.port,
      adminPassword: first.password,
      server,
      broker: opened,
      close: closers.closeAll,
    };
  } catch (cause) {
    await closers.closeAll().catch((error: unknown) => console.error(error));
    throw cause;
  }
}
