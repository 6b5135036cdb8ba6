import { afterEach } from "vitest";

/** One store to be held against its contract, fresh and empty. */
export interface Subject<T> {
  store: T;
  /**
   * Puts it out of reach for writes, as a full disk or a lost connection does, until the answer is called. A text
   * is the reason why this adapter's store can't be.
   */
  putOutOfReach: (() => Promise<() => Promise<void>>) | string;
  close(): Promise<void>;
}

export type MakeSubject<T> = () => Promise<Subject<T>>;

/** Makes subjects and closes them after each test. */
export function subjects<T>(make: MakeSubject<T>): () => Promise<Subject<T>> {
  const open: Subject<T>[] = [];
  afterEach(async () => {
    for (const subject of open.splice(0)) await subject.close();
  });
  return async () => {
    const subject = await make();
    open.push(subject);
    return subject;
  };
}
