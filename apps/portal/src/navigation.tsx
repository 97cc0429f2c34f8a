import { NavLink, UnstyledButton } from "@mantine/core"
import { useEffect, useRef, useState } from "react"
import type { Messages } from "./messages.ts"
import type { PortalPage } from "./pages.tsx"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"

type NavigationProps = {
  readonly pages: readonly PortalPage[]
  readonly current: PortalPage
  readonly words: Messages
}

const sections = ["own", "organisation", "trust"] as const

/** The pages, by section: beside the page where there is room, behind a button where there is not. */
export function Navigation({ pages, current, words }: NavigationProps) {
  const [isOpen, setOpen] = useState(false)
  const label = current.label(words)
  useEffect(() => platform.nameTab(label), [label])
  const shownPlace = useRef(current.place)
  useEffect(() => {
    // Whoever came by the navigation goes on from the top of the page that it led to.
    if (shownPlace.current !== current.place) platform.goToTop("page")
    shownPlace.current = current.place
  }, [current.place])
  const shown = sections.map((section) => ({ section, own: pages.filter((page) => page.section === section) }))
  return (
    <nav className={classes.navigation} aria-label={words.navigation.pages}>
      <UnstyledButton
        className={classes.navigationButton}
        aria-expanded={isOpen}
        aria-controls="pages"
        onClick={() => setOpen(!isOpen)}
      >
        <span aria-hidden>☰</span> {words.navigation.pages}: {label}
      </UnstyledButton>
      <div id="pages" className={classes.navigationPages} data-open={isOpen}>
        {shown
          .filter(({ own }) => own.length > 0)
          .map(({ section, own }) => (
            <div key={section} className={classes.navigationSection}>
              {section === "own" ? null : (
                <p className={classes.navigationTitle}>{words.navigation.sections[section]}</p>
              )}
              {own.map((page) => (
                <NavLink
                  key={page.place}
                  href={`#${page.place}`}
                  label={page.label(words)}
                  active={page === current}
                  aria-current={page === current ? "page" : undefined}
                  onClick={() => setOpen(false)}
                />
              ))}
            </div>
          ))}
      </div>
    </nav>
  )
}
