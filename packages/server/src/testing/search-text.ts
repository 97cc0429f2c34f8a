/** As the database writes what it searches: small letters, and wide and half-wide letters as one. */
export const searchText = (...texts: readonly string[]): string => texts.join(" ").normalize("NFKC").toLowerCase()
