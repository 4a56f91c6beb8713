/**
 * What a point asks of the catalogue, by which points share a binding: thousands of wells with the same sensor are judged by
 * one list of limits, computed and kept once. Binding sees nothing of a point but this, so equal questions have equal answers.
 */
import type { Attributes, PointEntry, Registry } from '#domain/registry.ts';
import { type Catalogue, isJoin } from './catalogue.ts';
import { attributesOf, CONVERTED_BY } from './limit-value.ts';
import type { RulePlace } from './place.ts';
import type { BoundRule } from './state.ts';

/** Of the attributes only those that a rule on this quantity looks at. */
export type Asked = RulePlace & Pick<PointEntry, 'limits' | 'range'>;

/** What a point's own samples are judged by. Points that bind alike share it, so nothing in it ever changes. */
export type OwnBinding = {
  /** Equal for equal bindings under one catalogue. */
  readonly key: string;
  /** By place. */
  readonly rules: readonly BoundRule[];
  /** Levels of the catalogue that could not be bound, each with the reason. */
  readonly unbound: readonly string[];
  /** A value in range and strictly between the two wakes no rule that rests. */
  readonly quietAbove: number;
  readonly quietBelow: number;
};

/** Of a point that is not in service. */
export const NO_BINDING: OwnBinding = {
  key: '',
  rules: [],
  unbound: [],
  quietAbove: -Infinity,
  quietBelow: Infinity,
};

/** Bindings of one catalogue. */
export type Bindings = {
  readonly catalogue: Catalogue;
  /** Names of the attributes that rules look at, by quantity. */
  readonly attributes: Map<string, readonly string[]>;
  readonly known: Map<string, OwnBinding>;
};

export const createBindings = (catalogue: Catalogue): Bindings => ({
  catalogue,
  attributes: new Map(),
  known: new Map(),
});

export function askedOf(bindings: Bindings, registry: Registry, point: PointEntry): Asked {
  const device = registry.devices.get(point.device);
  const facility = device && registry.facilities.get(device.facility);
  const attributes: Record<string, Attributes[string]> = {};
  for (const name of attributesAsked(bindings, point.quantity)) {
    const value = point.attributes?.[name] ?? device?.attributes?.[name] ?? facility?.attributes?.[name];
    if (value !== undefined) attributes[name] = value;
  }
  const { quantity, unit, reportIntervalMs: intervalMs, limits, range } = point;
  const asked = { quantity, unit, kind: facility?.kind ?? '', intervalMs, attributes };
  return {
    ...asked,
    ...(limits === undefined ? {} : { limits }),
    ...(range === undefined ? {} : { range }),
  };
}

function attributesAsked({ catalogue, attributes }: Bindings, quantity: string): readonly string[] {
  const known = attributes.get(quantity);
  if (known !== undefined) return known;
  const names = new Set<string>(CONVERTED_BY);
  for (const rule of catalogue.rules) {
    if (rule.kind === 'due-date' || isJoin(rule) || !rule.quantities.includes(quantity)) continue;
    for (const { limit } of rule.levels) for (const name of attributesOf(limit)) names.add(name);
    if (rule.kind === 'eta') for (const name of attributesOf(rule.target)) names.add(name);
  }
  const asked = [...names].sort();
  attributes.set(quantity, asked);
  return asked;
}
