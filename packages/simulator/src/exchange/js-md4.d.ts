declare module "js-md4" {
  /** js-md4 0.3.2 has no types of its own; this is what is used of it. */
  const md4: { arrayBuffer(message: Uint8Array): ArrayBuffer }
  export = md4
}
