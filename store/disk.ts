/**
 * The disk as the logs use it: synchronous, called only in worker threads (or in the simulator, where every
 * call may tear, drop what was not synced, or fail). Errors are thrown as Node's: `code` is ENOSPC, EIO, …
 */
export interface Disk {
  /** Creates the directory and its parents when absent. */
  ensureDirectory(path: string): void;
  /** Names of the plain files in a directory, sorted; [] when it does not exist. */
  list(path: string): string[];
  read(path: string): Uint8Array;
  /** At most `length` bytes from `offset`; fewer at the end of the file. */
  readPart(path: string, offset: number, length: number): Uint8Array;
  exists(path: string): boolean;
  size(path: string): number;
  /** Opens for appending, creating it when absent. */
  openAppend(path: string): AppendFile;
  /** Writes whole, syncs, renames over `path`, syncs the directory: all or nothing. */
  replace(path: string, bytes: Uint8Array): void;
  /** Cuts the file to `length` and syncs it. */
  truncate(path: string, length: number): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
  syncDirectory(path: string): void;
  /** Bytes free for us on the file system. */
  freeBytes(path: string): number;
}

export interface AppendFile {
  /** Appends all of it or throws (a part may then be on disk). */
  append(bytes: Uint8Array): void;
  /** Returns once everything appended is on the medium. After a throw nothing is known and the file is finished. */
  sync(): void;
  close(): void;
}
