/** What binding of rules across points knows of one change of the registry. */
import type { PointEntry, Registry } from '#domain/registry.ts';
import type { Catalogue } from './catalogue.ts';
import type { JoinMember } from './join.ts';
import type { Places } from './places.ts';

/** Members of one join, and at which places of the list each point stands. */
export type Members = {
  readonly list: readonly JoinMember[];
  readonly placesOf: ReadonlyMap<number, readonly number[]>;
  /** Points that the rule would look at were there not too many. */
  readonly leftOut: number;
};

export type CountJoin = Members & { readonly anchors: readonly PointEntry[] };

/** What binding needs beside the point: the same for all points of one change. */
export type JoinScope = {
  readonly catalogue: Catalogue;
  readonly registry: Registry;
  readonly places: Places;
  /** Whether an alarm of the rule is open at this point. */
  readonly isOpenAt: (pointIndex: number, rule: string) => boolean;
  /**
   * Where the one alarm of a rule of one facility stands, by rule and facility. Fixed for the whole change: binding a
   * member may end the alarm that decided, and its fellows must still bind to the same point.
   */
  readonly anchors: Map<string, PointEntry | null>;
  /** Points of a facility that play a part, by rule, part, facility and what pairs them; computed once. */
  readonly players: Map<string, readonly PointEntry[]>;
  /** Members by rule and anchor; computed once. */
  readonly known: Map<string, Members>;
  /** Of rules that count, by rule and facility; computed once. */
  readonly counts: Map<string, readonly CountJoin[]>;
  /** Costs of composites by rule and facility. */
  readonly costs: Map<string, number>;
};
