/**
 * Milliseconds that all processes of this machine agree on, since some moment in the past. `timeOrigin` and `now` added up
 * would not do: each process asks the wall clock once, when it starts, and a clock that is being set right is another one
 * for each of them.
 */
export const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6;
