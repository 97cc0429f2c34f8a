import { Loader, type LoaderProps } from "@mantine/core"

/** What turns while something is read, and says so to who listens. */
export function Loading({ label, size }: { readonly label: string; readonly size?: LoaderProps["size"] }) {
  return <Loader role="progressbar" aria-label={label} {...(size === undefined ? {} : { size })} />
}
