/**
 * The version of the product and of all its parts, as package.json has it (a test holds them together): what the service says of
 * itself, and what browsers, Office and Microsoft 365 compare to see whether a tool is newer than the one they have. So it is
 * three numbers of at most five digits, and nothing behind them.
 */
export const productVersion = "0.1.0"
