/** Which points in which hours: a bit a point, hour by hour. Says what must still be sent, or still be compared. */

export class HourPoints {
  readonly #hours = new Map<number, Uint8Array>();
  /** Grows with every change. */
  revision = 0;
  /** Points times hours. */
  count = 0;

  static fromJson(json: unknown): HourPoints {
    const found = new HourPoints();
    if (typeof json !== 'object' || json === null) return found;
    for (const [hour, bits] of Object.entries(json)) {
      if (typeof bits === 'string')
        found.#hours.set(Number(hour), new Uint8Array(Buffer.from(bits, 'base64')));
    }
    found.count = found.hours().reduce((sum, hour) => sum + found.points(hour).length, 0);
    return found;
  }

  get empty(): boolean {
    return this.#hours.size === 0;
  }

  /** Hours, oldest first. */
  hours(): number[] {
    return [...this.#hours.keys()].sort((a, b) => a - b);
  }

  add(hour: number, point: number): void {
    let bits = this.#hours.get(hour);
    const place = point >> 3;
    if (bits === undefined || place >= bits.length) {
      const grown = new Uint8Array(Math.max(64, 2 ** Math.ceil(Math.log2(place + 1))));
      if (bits !== undefined) grown.set(bits);
      this.#hours.set(hour, (bits = grown));
    }
    const before = bits[place] ?? 0;
    const after = before | (1 << (point & 7));
    if (after === before) return;
    bits[place] = after;
    this.count += 1;
    this.revision += 1;
  }

  has(hour: number, point: number): boolean {
    return (((this.#hours.get(hour)?.[point >> 3] ?? 0) >> (point & 7)) & 1) === 1;
  }

  /** Points of the hour, ascending. */
  points(hour: number): number[] {
    const found: number[] = [];
    for (const [place, bits] of (this.#hours.get(hour) ?? new Uint8Array(0)).entries()) {
      for (let bit = 0; bit < 8; bit += 1) if ((bits >> bit) & 1) found.push(place * 8 + bit);
    }
    return found;
  }

  remove(hour: number, points: readonly number[]): void {
    const bits = this.#hours.get(hour);
    if (bits === undefined) return;
    for (const point of points) {
      if (!this.has(hour, point)) continue;
      bits[point >> 3] = (bits[point >> 3] ?? 0) & ~(1 << (point & 7));
      this.count -= 1;
    }
    if (bits.every((byte) => byte === 0)) this.#hours.delete(hour);
    this.revision += 1;
  }

  removeHour(hour: number): void {
    this.remove(hour, this.points(hour));
    this.#hours.delete(hour);
  }

  addAll(other: HourPoints): void {
    for (const hour of other.hours()) for (const point of other.points(hour)) this.add(hour, point);
  }

  clear(): void {
    if (this.#hours.size > 0) this.revision += 1;
    this.#hours.clear();
    this.count = 0;
  }

  toJson(): Record<string, string> {
    return Object.fromEntries(
      [...this.#hours].map(([hour, bits]) => [hour, Buffer.from(bits).toString('base64')]),
    );
  }
}
