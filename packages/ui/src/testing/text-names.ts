/** The names of all texts of a catalogue, in order; those of groups as "group.name". */
export function textNames(catalogue: object): readonly string[] {
  return namesBelow(catalogue, "").toSorted()
}

function namesBelow(value: object, prefix: string): readonly string[] {
  return Object.entries(value).flatMap(([name, text]) =>
    typeof text === "object" && text !== null ? namesBelow(text, `${prefix}${name}.`) : [`${prefix}${name}`],
  )
}
