/** Version of everything in this package. A change that an older peer cannot understand raises it. */
export const protocolVersion = 3
