import { PasswordInput, TextInput } from "@mantine/core"
import classes from "../portal.module.css"
import type { RoomsProps } from "./room-text.ts"

/** A sign-in to a calendar server as it is typed. */
export type SignIn = { readonly server: string; readonly username: string; readonly password: string }
export const emptySignIn: SignIn = { server: "", username: "", password: "" }

type FieldsProps = Pick<RoomsProps, "words"> & { readonly typed: SignIn; readonly set: (typed: SignIn) => void }

export function SignInFields({ words, typed, set }: FieldsProps) {
  const text = words.rooms
  return (
    <div className={classes.fields}>
      <TextInput
        required
        label={text.server}
        maxLength={2000}
        value={typed.server}
        onChange={({ currentTarget: { value } }) => set({ ...typed, server: value })}
      />
      <TextInput
        required
        autoComplete="off"
        label={text.username}
        maxLength={320}
        value={typed.username}
        onChange={({ currentTarget: { value } }) => set({ ...typed, username: value })}
      />
      <PasswordInput
        required
        autoComplete="off"
        label={text.password}
        maxLength={1024}
        value={typed.password}
        onChange={({ currentTarget: { value } }) => set({ ...typed, password: value })}
      />
    </div>
  )
}
