import { expect, test } from "vitest"
import { wordsAbout } from "./password-choice.ts"

test("what is known of a person are the product, their organisation, their name and their address, whole and in parts", () => {
  const words = wordsAbout({
    email: "ada.lovelace@harbour.example",
    displayName: "Ada Lovelace 山田",
    organisation: "Harbour & Sons",
  })
  for (const word of ["kalends", "Harbour", "Sons", "ada", "Lovelace", "AdaLovelace山田", "山田", "ada.lovelace"])
    expect(words).toContain(word)
  expect(words.filter((word) => word.length < 2)).toEqual([])
})
