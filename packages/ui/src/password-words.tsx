import { type MantineThemeOverride, MantineThemeProvider } from "@mantine/core"
import { type ReactNode, useMemo } from "react"

type PasswordWordsProps = { readonly showPassword: string; readonly children: ReactNode }

/** Within it, the eye beside each password is called in the reader's language: the library has it in English alone. */
export function PasswordWords({ showPassword, children }: PasswordWordsProps) {
  const theme = useMemo<MantineThemeOverride>(() => {
    const defaultProps = { visibilityToggleButtonProps: { "aria-label": showPassword } }
    return { components: { PasswordInput: { defaultProps } } }
  }, [showPassword])
  return <MantineThemeProvider theme={theme}>{children}</MantineThemeProvider>
}
