/** People near one place: a few come and go; a crowd gathers and leaves one by one. */
export type Crowd = { people: number; target: number };

const MOVING_S = 40;

export const createCrowd = (): Crowd => ({ people: 1, target: 1 });

/** Moves the crowd on by `seconds`. */
export function stepCrowd(crowd: Crowd, seconds: number): void {
  crowd.people = crowd.target + (crowd.people - crowd.target) * Math.exp(-seconds / MOVING_S);
}

/** What the camera counts, persons. */
export const peopleReading = ({ people }: Crowd): number => Math.max(0, Math.round(people));
