/** The only source of chance. */
export interface Random {
  bytes(count: number): Uint8Array
  /** Version 4 UUID, lower case. */
  uuid(): string
  /** In [0, 1). */
  fraction(): number
}
