import { Button, Text, Title } from "@mantine/core"
import { type ReactNode, useId, useState } from "react"
import type { Messages } from "../messages.ts"
import classes from "./figures.module.css"
import type { Pointing } from "./plot.tsx"

export type Table = {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

type PictureProps = {
  readonly title: string
  readonly text: string
  readonly words: Messages
  readonly table: Table
  /** The drawing, with what stands beside it. */
  readonly children: ReactNode
}

/** A picture with what it is about, and what it says as a table: for who would rather read, and for screen readers. */
export function Picture({ title, text, words, table, children }: PictureProps) {
  const [isTable, showTable] = useState(false)
  const id = useId()
  return (
    <figure className={classes.picture} aria-labelledby={id}>
      <div className={classes.pictureHead}>
        <Title order={2} size="h3" id={id}>
          {title}
        </Title>
        <Button
          variant="subtle"
          size="compact-md"
          className="flush-end"
          aria-pressed={isTable}
          aria-describedby={id}
          onClick={() => showTable(!isTable)}
        >
          {words.figures.asTable}
        </Button>
      </div>
      <Text c="dimmed">{text}</Text>
      {isTable ? null : children}
      <div className={isTable ? classes.tableFrame : "visually-hidden"} tabIndex={isTable ? 0 : -1}>
        {table.rows.length === 0 ? <Text>{words.figures.nothing}</Text> : <TableOf table={table} title={title} />}
      </div>
    </figure>
  )
}

function TableOf({ table: { head, rows }, title }: { readonly table: Table; readonly title: string }) {
  return (
    <table className={classes.table}>
      <caption className="visually-hidden">{title}</caption>
      <thead>
        <tr>
          {head.map((cell) => (
            <th key={cell} scope="col">
              {cell}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([first = "", ...cells]) => (
          <tr key={first}>
            <th scope="row">{first}</th>
            {cells.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a cell is what stands at its place.
              <td key={index}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type PointerProps = {
  readonly pointing: Pointing
  readonly label: string
  /** What the picture says of the step that is looked at. */
  readonly readout: string
}

/** Goes along the steps with the pointer, a finger or the arrow keys, and says what was in each. */
export function StepPointer({ pointing: { count, index, choose }, label, readout }: PointerProps) {
  return (
    <>
      <input
        type="range"
        className={classes.cursorInput}
        min={0}
        max={count - 1}
        value={index}
        aria-label={label}
        aria-valuetext={readout}
        onChange={({ currentTarget }) => choose(Number(currentTarget.value))}
      />
      <Text size="sm" className={classes.readout}>
        {readout}
      </Text>
    </>
  )
}

type Key = { readonly kind: "own-half" | "own-most" | "provider-half" | "provider-most"; readonly text: string }

const strokeOf: Readonly<Record<Key["kind"], string | undefined>> = {
  "own-half": classes.ownHalf,
  "own-most": classes.ownMost,
  "provider-half": classes.providerHalf,
  "provider-most": classes.providerMost,
}

/** What each kind of line stands for. */
export function Keys({ keys }: { readonly keys: readonly Key[] }) {
  return (
    <ul className={classes.keys}>
      {keys.map(({ kind, text }) => (
        <li key={kind}>
          <svg aria-hidden="true" width="28" height="8">
            <path className={strokeOf[kind]} d="M1 4H27" />
          </svg>
          {text}
        </li>
      ))}
    </ul>
  )
}
