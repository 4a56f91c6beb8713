/** A facility before it is registered, as its form holds it; WGS 84 degrees, an empty text for a number not given yet. */
export type NewPlace = {
  id: string;
  name: string;
  kind: string;
  lifeline: string;
  area: string;
  lat: number | '';
  lon: number | '';
};

export const newPlace = (): NewPlace => ({
  ...{ id: '', name: '', kind: '', lifeline: '', area: '' },
  ...{ lat: '', lon: '' },
});

/** As the API takes it. */
export const placeBody = ({ lat, lon, ...rest }: NewPlace) => ({ ...rest, location: { lat, lon } });
