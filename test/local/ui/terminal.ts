import { EventEmitter } from "node:events";
import { Readable, Writable } from "node:stream";

/** A terminal that keeps what is written to it, and whose keys a test presses. */
export interface FakeTerminal {
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  /** Everything written so far. */
  written(): string;
  /** Resolves once something written since the last call matches; never, if nothing does. */
  until(pattern: RegExp): Promise<string>;
  press(keys: string): void;
  resize(columns: number, rows: number): void;
  isRaw(): boolean;
}

class Output extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  text = "";
  readonly changes = new EventEmitter();

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    this.changes.emit("write");
    done();
  }
}

class Input extends Readable {
  readonly isTTY = true;
  raw = false;

  override _read(): void {}

  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

export function fakeTerminal(columns = 80, rows = 24): FakeTerminal {
  const output = new Output(columns, rows);
  const input = new Input();
  let seen = 0;
  return {
    stdin: input,
    stdout: output,
    written: () => output.text,
    until(pattern) {
      return new Promise((resolve) => {
        const look = () => {
          const fresh = output.text.slice(seen);
          if (!pattern.test(fresh)) return;
          output.changes.off("write", look);
          seen = output.text.length;
          resolve(fresh);
        };
        output.changes.on("write", look);
        look();
      });
    },
    press: (keys) => void input.push(keys),
    resize(newColumns, newRows) {
      output.columns = newColumns;
      output.rows = newRows;
      output.emit("resize");
    },
    isRaw: () => input.raw,
  };
}
