import { NativeSelect, NumberInput, TextInput } from "@mantine/core"
import classes from "../portal.module.css"
import type { TypedSettings } from "./many-rooms.ts"
import type { RoomsProps } from "./room-text.ts"

type FieldsProps = Pick<RoomsProps, "words"> & {
  readonly typed: TypedSettings
  readonly set: (part: Partial<TypedSettings>) => void
}

/** What is to be set; each is "as it is" until something else is said. */
export function ManyFields(props: FieldsProps) {
  return (
    <div className={classes.fields}>
      <Privacy {...props} />
      <CheckIn {...props} />
      <Screens {...props} />
      <Place {...props} />
    </div>
  )
}

function Privacy({ words, typed, set }: FieldsProps) {
  const { rooms: text, manyRooms: own } = words
  return (
    <>
      <Choice
        {...{ words, label: text.titles, value: typed.titles, choices: text.titleChoices }}
        choose={(titles) => set({ titles })}
      />
      <Choice
        {...{ words, label: own.hosts, value: typed.hosts, choices: own.hostChoices }}
        choose={(hosts) => set({ hosts })}
      />
    </>
  )
}

function CheckIn({ words, typed, set }: FieldsProps) {
  const { rooms: text, manyRooms: own } = words
  return (
    <>
      <Choice
        {...{ words, label: own.checkIn, value: typed.checkIn, choices: own.checkInChoices }}
        description={text.checkInText}
        choose={(checkIn) => set({ checkIn })}
      />
      {typed.checkIn === "on" ? (
        <Count label={text.within} value={typed.within} min={1} max={240} put={(within) => set({ within })} />
      ) : null}
      <Count
        {...{ label: text.early, placeholder: own.asIs, value: typed.early, min: 0, max: 240 }}
        put={(early) => set({ early })}
      />
      <Choice
        {...{ words, label: own.misses, value: typed.misses, choices: own.missesChoices }}
        choose={(misses) => set({ misses })}
      />
      {typed.misses === "after" ? (
        <Count
          {...{ label: own.missesMost, value: typed.missesMost, min: 1, max: 50 }}
          put={(missesMost) => set({ missesMost })}
        />
      ) : null}
    </>
  )
}

function Screens({ words, typed, set }: FieldsProps) {
  const { rooms: text } = words
  return (
    <>
      <Choice
        {...{ words, label: text.language, value: typed.language, choices: text.languages }}
        choose={(language) => set({ language })}
      />
      <Choice
        {...{ words, label: text.clock, value: typed.clock, choices: text.clocks }}
        choose={(clock) => set({ clock })}
      />
    </>
  )
}

function Place({ words, typed, set }: FieldsProps) {
  const { rooms: text, manyRooms: own } = words
  const line = (name: "zone" | "building" | "floor", maxLength: number) => (
    <TextInput
      {...{ label: text[name], placeholder: own.asIs, maxLength, value: typed[name] }}
      autoComplete="off"
      onChange={({ currentTarget }) => set({ [name]: currentTarget.value })}
    />
  )
  return (
    <>
      {line("zone", 60)}
      {line("building", 120)}
      {line("floor", 60)}
      <Count
        {...{ label: text.capacity, placeholder: own.asIs, value: typed.capacity, min: 1, max: 100_000 }}
        put={(capacity) => set({ capacity })}
      />
    </>
  )
}

type ChoiceProps<Value extends string> = Pick<FieldsProps, "words"> & {
  readonly label: string
  readonly description?: string
  readonly value: Value | ""
  readonly choices: Readonly<Record<Value, string>>
  readonly choose: (value: Value | "") => void
}

function Choice<Value extends string>({ words, value, choices, choose, ...field }: ChoiceProps<Value>) {
  const known = Object.entries<string>(choices)
  return (
    <NativeSelect
      {...field}
      inputWrapperOrder={["label", "input", "description", "error"]}
      value={value}
      data={[{ value: "", label: words.manyRooms.asIs }, ...known.map(([name, label]) => ({ value: name, label }))]}
      onChange={({ currentTarget }) => choose(isOneOf(choices, currentTarget.value) ? currentTarget.value : "")}
    />
  )
}

const isOneOf = <Value extends string>(choices: Readonly<Record<Value, string>>, text: string): text is Value =>
  Object.hasOwn(choices, text)

type CountProps = {
  readonly label: string
  readonly placeholder?: string
  readonly value: number | null
  readonly min: number
  readonly max: number
  readonly put: (value: number | null) => void
}

function Count({ value, put, ...field }: CountProps) {
  return (
    <NumberInput
      {...field}
      hideControls
      allowDecimal={false}
      value={value ?? ""}
      onChange={(typed) => put(typeof typed === "number" ? typed : null)}
    />
  )
}
