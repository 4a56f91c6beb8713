/** What every route and the socket work with: the ports, and the server's own parts built on them. */
import type { Clock } from '#domain/clock.ts';
import type { AlertsPort } from './alerts-port.ts';
import type { Audit } from './audit.ts';
import type { Commands } from './commands.ts';
import type { FacilityCodes } from './facility-codes.ts';
import type { MapSettings } from './map-file.ts';
import type { LoginGuard } from './login-guard.ts';
import type { Metrics } from './metrics.ts';
import type { PasswordHasher } from './passwords.ts';
import type {
  CityPort,
  DiagnosticsPort,
  FlowsPort,
  HistoryPort,
  InfluxPort,
  IntakePort,
  LedgerPort,
} from './ports.ts';
import type { QualityDesk } from './quality-desk.ts';
import type { RulesPort } from './rules-port.ts';
import type { Sessions } from './sessions.ts';
import type { Users } from './users.ts';

export type ServerPorts = {
  readonly city: CityPort;
  readonly history: HistoryPort;
  /** Absent = no InfluxDB. */
  readonly influx?: InfluxPort;
  readonly intake: IntakePort;
  /** Bytes that one gateway may push a second over HTTP; absent: 2 MiB. */
  readonly pushBytesPerS?: number;
  readonly diagnostics: DiagnosticsPort;
  readonly ledger: LedgerPort;
  readonly rules: RulesPort;
  /** Null or absent: switched off. */
  readonly flows?: FlowsPort | null;
  readonly clock: Clock;
  /** Hex HMAC-SHA256 of a gateway's secret under the server key. */
  readonly secretHmac: (secret: string) => string;
  /** From the system's own generator. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Open MQTT connections and the like, shown by `GET /metrics` under `lifeline_mqtt_<name>`. */
  readonly brokerMetrics?: () => Readonly<Record<string, number>>;
  /** Absent: nobody is told over the phone, and there are no such routes. */
  readonly alerts?: AlertsPort;
  /** A console too slow to be served was cut (invariant 16, `slow-client`); `active` false once it is served again. */
  readonly onSlowClient?: (username: string, active: boolean) => void;
  /** The watchdog has looked. */
  readonly onWatchdog?: () => void;
};

export type Context = ServerPorts & {
  readonly audit: Audit;
  readonly commands: Commands;
  readonly facilityCodes: FacilityCodes;
  readonly hasher: PasswordHasher;
  readonly map: MapSettings;
  readonly loginGuard: LoginGuard;
  readonly metrics: Metrics;
  readonly quality: QualityDesk;
  readonly sessions: Sessions;
  readonly users: Users;
  /** True behind TLS: cookies are then marked Secure. */
  readonly secure: boolean;
};
