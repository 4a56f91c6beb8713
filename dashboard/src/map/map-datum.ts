/** Between WGS 84, in which all of the console speaks, and the datum of the base that is drawn. */
import type { Datum } from '#domain/contract/map-bases.ts';
import { fromGcj02, toGcj02 } from '#domain/datum.ts';
import type { MapFeatures } from './map-features.ts';
import type { Place } from './sketch.ts';

export type DatumShift = {
  readonly datum: Datum;
  /** WGS 84 -> as drawn. */
  drawn(place: Place): Place;
  /** As drawn -> WGS 84. */
  meant(place: Place): Place;
  /** New features, as drawn; the given ones stay as they are. */
  features(data: MapFeatures): MapFeatures;
};

const same = <T>(value: T): T => value;
const PLAIN: DatumShift = { datum: 'wgs84', drawn: same, meant: same, features: same };
const SHIFTED: DatumShift = {
  datum: 'gcj02',
  drawn: toGcj02,
  meant: fromGcj02,
  features: ({ type, features }) => ({
    type,
    features: features.map((feature) => ({
      ...feature,
      geometry:
        feature.geometry.type === 'Point'
          ? { type: 'Point', coordinates: toGcj02(feature.geometry.coordinates) }
          : { type: 'LineString', coordinates: feature.geometry.coordinates.map(toGcj02) },
    })),
  }),
};

export const shiftTo = (datum: Datum): DatumShift => (datum === 'gcj02' ? SHIFTED : PLAIN);
