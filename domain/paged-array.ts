/**
 * An array cut into fixed pages, so that a snapshot can copy it a few pages at a time while the fold goes on:
 * whoever changes an item says so first (`forWrite`), and a page not yet copied is copied then, unchanged.
 */
export const PAGE_ITEMS = 128;

export class PagedArray<T> {
  readonly pages: T[][] = [];
  length = 0;
  /** Set while a snapshot runs; called with a page's number before the page first changes. */
  beforeWrite: ((page: number) => void) | null = null;

  /** Item for reading only. */
  get(index: number): T | undefined {
    return this.pages[Math.floor(index / PAGE_ITEMS)]?.[index % PAGE_ITEMS];
  }

  /** Item that the caller is about to change; throws a RangeError when there is none. */
  forWrite(index: number): T {
    const page = Math.floor(index / PAGE_ITEMS);
    const item = this.pages[page]?.[index % PAGE_ITEMS];
    if (item === undefined) throw new RangeError(`no item ${index} of ${this.length}`);
    this.beforeWrite?.(page);
    return item;
  }

  /** Appends `item`; returns its index. */
  push(item: T): number {
    const index = this.length;
    const page = Math.floor(index / PAGE_ITEMS);
    this.beforeWrite?.(page);
    const items = (this.pages[page] ??= []);
    items.push(item);
    this.length += 1;
    return index;
  }

  /** Replaces everything by pages read back from a snapshot. */
  restore(pages: readonly T[][]): void {
    this.pages.length = 0;
    this.length = 0;
    for (const page of pages) {
      this.pages.push(page);
      this.length += page.length;
    }
  }
}
