import { Component, type ReactNode } from "react"
import classes from "./rooms.module.css"

type Props = {
  readonly after: (delayMs: number, callback: () => void) => () => void
  /** Lets go of all that was told: it may be what cannot be drawn. */
  readonly startOver: () => void
  readonly text: () => string
  readonly children: ReactNode
}

const restartLeastMs = 2_000
const restartMostMs = 60_000
/** The first time it is drawn again as it was; after that without what was told. */
const keptMost = 1

/** A mistake while drawing never leaves a white page: the screen is drawn again by itself, ever more seldom while it fails. */
export class RestartBoundary extends Component<Props, { readonly isBroken: boolean }> {
  override state = { isBroken: false }
  #breaks = 0
  #cancel = () => {}

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true }
  }

  override componentDidCatch(): void {
    const { after, startOver } = this.props
    const delayMs = Math.min(restartMostMs, restartLeastMs * 2 ** this.#breaks)
    this.#breaks = Math.min(this.#breaks + 1, 10)
    this.#cancel()
    this.#cancel = after(delayMs, () => {
      if (this.#breaks > keptMost) startOver()
      this.setState({ isBroken: false })
      this.#cancel = after(restartMostMs, () => {
        this.#breaks = 0
      })
    })
  }

  override componentWillUnmount(): void {
    this.#cancel()
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children
    return (
      <main className={classes.alone} role="alert">
        <p className={classes.aloneText}>{this.props.text()}</p>
      </main>
    )
  }
}
