import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

/** gdb's side of its remote protocol (gdb manual, "Packets"): `$text#sum`, each acknowledged by `+`. */
export class GdbRemote implements Disposable {
  readonly #socket: Socket;
  #read = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#read += text;
      socket.emit('more');
    });
  }

  static async connect(path: string): Promise<GdbRemote> {
    const socket = createConnection(path);
    await once(socket, 'connect');
    return new GdbRemote(socket);
  }

  /** Sends a packet that has no answer of its own, such as `c`. */
  send(text: string): void {
    const sum = [...text].reduce((total, character) => total + character.charCodeAt(0), 0) & 0xff;
    this.#socket.write(`$${text}#${sum.toString(16).padStart(2, '0')}`);
  }

  async ask(text: string): Promise<string> {
    this.send(text);
    return this.answer();
  }

  /** Ctrl+C in gdb. */
  interrupt(): void {
    this.#socket.write('\u0003');
  }

  /** The next packet that comes. */
  async answer(): Promise<string> {
    for (;;) {
      const [packet, text = ''] = /^\+*\$([^#]*)#[\da-f]{2}/.exec(this.#read) ?? [];
      if (packet !== undefined) {
        this.#read = this.#read.slice(packet.length);
        this.#socket.write('+');
        return text;
      }
      await once(this.#socket, 'more');
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
