// linux/bpf_common.h, linux/bpf.h: codes of instructions.
const MOVE_NUMBER = 0xb7;
const MOVE = 0xbf;
const ADD_NUMBER = 0x07;
const ADD = 0x0f;
const LOAD_64 = 0x79;
const STORE_64 = 0x7b;
const LOAD_MAP = 0x18;
const JUMP_IF_ZERO = 0x15;
const JUMP = 0x05;
const CALL = 0x85;
const EXIT = 0x95;
/** The second half of {@link LOAD_MAP} has the number's other 32 bits. */
const PSEUDO_MAP_FD = 1;

// Numbers of the kernel's functions that a program may call (`enum bpf_func_id`).
const FUNCTIONS = { map_lookup_elem: 1, map_push_elem: 87, probe_read_kernel: 113 } as const;

/** The frame pointer: the program's stack is below it. */
const FRAME = 10;

/** Writes a BPF program, an instruction a call. A function takes r1 to r5, returns r0, and leaves r6 to r9 alone. */
export class Assembler {
  readonly #code: Buffer[] = [];
  readonly #labels = new Map<string, number>();
  readonly #jumps: { at: number; label: string }[] = [];

  move(to: number, from: number): void {
    this.#add(MOVE, to, from);
  }

  set(to: number, number: number): void {
    this.#add(MOVE_NUMBER, to, 0, 0, number);
  }

  add(to: number, number: number): void {
    this.#add(ADD_NUMBER, to, 0, 0, number);
  }

  addRegister(to: number, from: number): void {
    this.#add(ADD, to, from);
  }

  /** The address of something on the stack. */
  stackAddress(to: number, at: number): void {
    this.move(to, FRAME);
    this.add(to, at);
  }

  /** Loads 64 bits from where a register points to. */
  load(to: number, from: number, offset: number): void {
    this.#add(LOAD_64, to, from, offset);
  }

  loadStack(to: number, at: number): void {
    this.load(to, FRAME, at);
  }

  storeStack(at: number, from: number): void {
    this.#add(STORE_64, FRAME, from, at);
  }

  loadMap(to: number, fd: number): void {
    this.#add(LOAD_MAP, to, PSEUDO_MAP_FD, 0, fd);
    this.#add(0, 0);
  }

  /** Copies from where the kernel has something to the stack; what cannot be read is zero. */
  read(stack: number, length: number, pointer: number, offset: number): void {
    this.move(3, pointer);
    this.add(3, offset);
    this.stackAddress(1, stack);
    this.set(2, length);
    this.call('probe_read_kernel');
  }

  call(name: keyof typeof FUNCTIONS): void {
    this.#add(CALL, 0, 0, 0, FUNCTIONS[name]);
  }

  jumpIfZero(register: number, label: string): void {
    this.#jumps.push({ at: this.#code.length, label });
    this.#add(JUMP_IF_ZERO, register);
  }

  jump(label: string): void {
    this.#jumps.push({ at: this.#code.length, label });
    this.#add(JUMP, 0);
  }

  label(name: string): void {
    this.#labels.set(name, this.#code.length);
  }

  exit(): void {
    this.set(0, 0);
    this.#add(EXIT, 0);
  }

  code(): Buffer {
    // A jump counts from the instruction behind it.
    for (const { at, label } of this.#jumps) this.#code[at]?.writeInt16LE((this.#labels.get(label) ?? 0) - at - 1, 2);
    return Buffer.concat(this.#code);
  }

  /** `struct bpf_insn`: code, registers, offset, number. */
  #add(code: number, to: number, from = 0, offset = 0, number = 0): void {
    const instruction = Buffer.of(code, to | (from << 4), 0, 0, 0, 0, 0, 0);
    instruction.writeInt16LE(offset, 2);
    instruction.writeInt32LE(number, 4);
    this.#code.push(instruction);
  }
}
