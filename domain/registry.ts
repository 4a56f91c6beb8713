/** What the city has: organisations, areas, facilities and what joins them, gateways, devices, points (registry). */
import type { Timestamp } from './time.ts';

/** Ids are permanent, never reused: one to 64 of letters, digits, dot, underscore, hyphen. */
export const ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;

export type Organisation = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly dutyPhone: string;
};

/** GB/T 2260 code or a local one (菏泽's 鲁西新区), with its townships. */
export type Area = { readonly id: string; readonly name: string; readonly parent?: string };

export type Attributes = Readonly<Record<string, number | string | boolean>>;

export type Facility = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly lifeline: string;
  readonly area: string;
  readonly location: { readonly lat: number; readonly lon: number };
  readonly organisation?: string;
  /** 16 digits (domain/facility-code.ts), or another scheme's text. */
  readonly code?: string;
  readonly attributes?: Attributes;
  readonly cameras?: readonly string[];
};

/** WGS 84 degrees, longitude first. */
export type PathPoint = readonly [lon: number, lat: number];

/** One pipe, drain or neighbourhood of the facility graph: `from` is upstream of `to`. */
export type Edge = {
  readonly id: string;
  readonly kind: string;
  readonly lifeline: string;
  readonly from: string;
  readonly to: string;
  /** As it runs, its ends included; without it, straight. */
  readonly path?: readonly PathPoint[];
  /** `diameterMm`, `material`, `distanceM`, … */
  readonly attributes?: Attributes;
};

export type Gateway = {
  readonly id: string;
  readonly name: string;
  readonly facility?: string;
  /** A sleepy gateway connects only to report: it is absent by missed reports, never by a closed connection. */
  readonly session: 'always-on' | 'sleepy';
  /** It speaks the JSON of this product instead of ours. */
  readonly product?: string;
};

/**
 * How the gateways of one product write their own JSON (docs/gateways/mapping.md). Pointers are RFC 6901 from the whole
 * message; `*` in them stands for each element of one list, and each gives a record.
 */
export type Product = {
  readonly id: string;
  readonly name: string;
  readonly pointers: {
    /** Absent: the topic names the device, else it is the gateway itself. */
    readonly device?: string;
    /** Absent: on arrival. */
    readonly time?: string;
    readonly seq?: string;
    /** Channel -> where its value stands. */
    readonly values?: Readonly<Record<string, string>>;
    /** An object whose members are values. */
    readonly valuesObject?: string;
    /** A list of names with values; `name` and `value` lead from one element on. */
    readonly valuesList?: { readonly list: string; readonly name: string; readonly value: string };
  };
  readonly timeUnit: 'ms' | 's' | 'iso';
  /** Offset of ISO times that carry none, e.g. `+08:00`. */
  readonly zone?: string;
  /** Channel -> factor its values are multiplied by. */
  readonly scale?: Readonly<Record<string, number>>;
  /** The sender's word for a channel -> ours. */
  readonly channels?: Readonly<Record<string, string>>;
  /** Members of `valuesObject` and names of `valuesList` that are no measurements. */
  readonly ignore?: readonly string[];
  /** Besides `lifeline/v1/{gateway}/telemetry`. */
  readonly topic?: string;
};

export type Device = {
  readonly id: string;
  readonly gateway: string;
  readonly facility: string;
  /** The replaceable box at this permanent place; a gateway may name the device by it. */
  readonly serial?: string;
  readonly model?: string;
  readonly installedAt?: Timestamp;
  readonly calibrationDueAt?: Timestamp;
  readonly attributes?: Attributes;
};

export type LimitName = 'LL' | 'L' | 'H' | 'HH';

/**
 * Limits of one point, in the point's own unit. On a side where there are any they replace the catalogue's limits of
 * the same and milder colours; its worse ones stay (docs/decisions/0010).
 */
export type PointLimits = {
  readonly LL?: number;
  readonly L?: number;
  readonly H?: number;
  readonly HH?: number;
  readonly deadband?: number;
  readonly onDelayMs?: number;
  readonly offDelayMs?: number;
  readonly colours?: Readonly<Partial<Record<LimitName, 'blue' | 'yellow' | 'orange' | 'red'>>>;
};

export type Point = {
  /** `device/channel`, permanent. */
  readonly id: string;
  readonly device: string;
  readonly channel: string;
  readonly quantity: string;
  /** UCUM, as the values are sent. */
  readonly unit: string;
  readonly reportIntervalMs: number;
  readonly range?: { readonly min: number; readonly max: number };
  readonly limits?: PointLimits;
  readonly attributes?: Attributes;
};

/** An entry carries what the engine needs beside the fields people edit. */
export type Entry<T> = T & { readonly retired?: true };
/**
 * `secretHmac` is the hex HMAC-SHA256 of the secret under the server key, `tokenHmac` that of its ThingsBoard token if
 * it has one; secret and token themselves are never kept.
 */
export type GatewayEntry = Entry<Gateway> & {
  readonly index: number;
  readonly secretHmac: string;
  readonly tokenHmac?: string;
};
export type DeviceEntry = Entry<Device> & { readonly index: number };
/** `index` is the point's permanent number (dense, never reused): key of every array in the engine and the stores. */
export type PointEntry = Entry<Point> & { readonly index: number; readonly deviceIndex: number };

/** The registry as the engine holds it. Changed only by `applyRegistryChange` (domain/registry-change.ts). */
export type Registry = {
  revision: number;
  readonly organisations: Map<string, Entry<Organisation>>;
  readonly areas: Map<string, Entry<Area>>;
  readonly facilities: Map<string, Entry<Facility>>;
  /** 16-digit code -> the facility that has it, retired ones too: a code is never given again. */
  readonly facilitiesByCode: Map<string, string>;
  readonly edges: Map<string, Entry<Edge>>;
  readonly products: Map<string, Entry<Product>>;
  readonly gateways: Map<string, GatewayEntry>;
  /** HMAC of a ThingsBoard token -> the gateway that logs in with it. */
  readonly gatewaysByToken: Map<string, string>;
  readonly devices: Map<string, DeviceEntry>;
  readonly devicesBySerial: Map<string, string>;
  readonly points: Map<string, PointEntry>;
  readonly gatewaysByIndex: GatewayEntry[];
  readonly devicesByIndex: DeviceEntry[];
  readonly pointsByIndex: PointEntry[];
  /** Point indexes of a device, in registration order. */
  readonly pointsOfDevice: Map<string, number[]>;
  readonly devicesOfGateway: Map<string, string[]>;
};

export type RegistryKind =
  | 'organisations'
  | 'areas'
  | 'facilities'
  | 'products'
  | 'gateways'
  | 'devices'
  | 'points'
  | 'edges';

/**
 * One atomic change: every item or none. `create` refuses an existing id, `update` an unknown one, `upsert` neither.
 * A gateway that is created carries its `secretHmac`.
 */
export type RegistryChange = {
  readonly items: readonly RegistryItem[];
};
export type RegistryItem =
  | {
      readonly op: 'create' | 'update' | 'upsert';
      readonly kind: RegistryKind;
      readonly value: unknown;
      readonly row?: number;
    }
  | { readonly op: 'retire'; readonly kind: RegistryKind; readonly id: string; readonly row?: number }
  | { readonly op: 'secret'; readonly id: string; readonly secretHmac: string; readonly row?: number }
  /** The gateway's ThingsBoard token; null takes it away. */
  | { readonly op: 'token'; readonly id: string; readonly tokenHmac: string | null; readonly row?: number }
  | { readonly op: 'replace'; readonly id: string; readonly serial: string; readonly row?: number };

/** Why one row was refused. `code` is stable and documented in the OpenAPI. */
export type RegistryError = { readonly row: number; readonly code: string; readonly detail: string };
