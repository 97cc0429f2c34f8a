import type { RoomWords } from "./messages.ts"
import classes from "./rooms.module.css"

type PairingProps = { readonly code: string | null; readonly deviceName: string; readonly words: RoomWords }

/** The code that an administrator types; read aloud sign by sign. */
export function PairingScreen({ code, deviceName, words }: PairingProps) {
  return (
    <main className={classes.alone}>
      <h1 className={classes.aloneTitle}>{words.pairTitle}</h1>
      {code === null ? (
        <p className={classes.aloneText} role="status">
          {words.pairWaiting}
        </p>
      ) : (
        <>
          <p className={classes.pairingCode} role="img" aria-label={[...code].join(" ")}>
            {code.slice(0, 4)}
            <span className={classes.gap}>–</span>
            {code.slice(4)}
          </p>
          <p className={classes.aloneText}>{words.pairText}</p>
        </>
      )}
      <p className={classes.quiet}>{words.pairDevice(deviceName)}</p>
    </main>
  )
}

/** A sentence while there is no room to show. */
export function StartingScreen({ text }: { readonly text: string }) {
  return (
    <main className={classes.alone}>
      <h1 className={classes.aloneText} role="status">
        {text}
      </h1>
    </main>
  )
}
