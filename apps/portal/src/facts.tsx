import { Table, Text } from "@mantine/core"
import classes from "./portal.module.css"

export type Fact = readonly [name: string, value: string, note?: string]

/** What is known, a line each. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <Table withRowBorders>
      <Table.Tbody>
        {facts.map(([name, value, note]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="40%">
              {name}
            </Table.Th>
            <Table.Td className={classes.breakable}>
              {value}
              {note === undefined ? null : (
                <Text size="sm" c="dimmed">
                  {note}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
